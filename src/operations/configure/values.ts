/** A setting as pg_settings describes it. */
export interface SettingKind {
  readonly vartype: "bool" | "enum" | "integer" | "real" | "string";
  /** Of `setting`: "8kB", "MB", "ms" …; null for plain numbers. */
  readonly unit: string | null;
}

const bytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  "8kB": 8192,
  MB: 1024 ** 2,
  "16MB": 16 * 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};
const milliseconds: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Whether two values, as written in a file or told by pg_settings, mean the same: 1GB and 1024MB, on and true, "a,b" and "a, b".
 * PostgreSQL's documentation, 20.1.1.
 */
export function sameValue(one: string, other: string, kind: SettingKind): boolean {
  return normal(one, kind) === normal(other, kind);
}

/** In the unit of pg_settings for numbers, lower case for words. */
export function normal(value: string, { vartype, unit }: SettingKind): string {
  const text = value.trim();
  switch (vartype) {
    case "bool":
      return /^(on|true|yes|1|t|y)$/i.test(text) ? "on" : "off";
    case "integer":
    case "real":
      return numberIn(text, unit);
    case "enum":
      return text.toLowerCase();
    default:
      return text.split(/\s*,\s*/).join(",");
  }
}

function numberIn(text: string, unit: string | null): string {
  const match = /^(-?[\d.]+(?:e[+-]?\d+)?|0x[\da-f]+|0[0-7]+)\s*([a-zA-Z]*)$/i.exec(text);
  if (match === null) return text;
  const [, digits = "", given = ""] = match;
  const number = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  if (unit === null || given === "") return String(number);
  const scale = bytes[given] !== undefined ? bytes : milliseconds;
  const [from, to] = [scale[given], scale[unit]];
  return from === undefined || to === undefined ? text : String(Math.round((number * from) / to));
}
