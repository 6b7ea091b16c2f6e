import { resolve } from "node:path";

/** How a setting's text becomes its value. `read` returns `undefined` for text it does not take; `expects` says what it does. */
export interface Kind<Value> {
  readonly expects: string;
  read(text: string): Value | undefined;
  /** For people; secrets are masked here. */
  show(value: Value): string;
}

export const word: Kind<string> = {
  expects: "a name",
  read: (text) => (text.trim() === "" ? undefined : text.trim()),
  show: (value) => value,
};

export const folder: Kind<string> = {
  expects: "a folder",
  read: (text) => (text === "" ? undefined : resolve(text)),
  show: (value) => value,
};

export const file: Kind<string> = { ...folder, expects: "a file" };

export const flag: Kind<boolean> = {
  expects: "true or false",
  read(text) {
    if (/^(true|yes|on|1)$/i.test(text)) return true;
    return /^(false|no|off|0)$/i.test(text) ? false : undefined;
  },
  show: String,
};

/** A connection string; its password is never shown. */
export const databaseUrl: Kind<string> = {
  expects: "a connection string such as postgres://user:password@host:5432/database",
  read: (text) => (/^postgres(ql)?:\/\/\S+$/.test(text) && URL.canParse(text) ? text : undefined),
  show: (value) => value.replace(/(:\/\/[^:/@]*):[^@]*@/, "$1:***@").replace(/([?&]password=)[^&]*/, "$1***"),
};

export const webAddress: Kind<string> = {
  expects: "an address such as https://cash.example.com",
  read: (text) => (/^https?:\/\/[^\s/?#]+\/?$/.test(text) && URL.canParse(text) ? text.replace(/\/$/, "") : undefined),
  show: (value) => value,
};

export function wholeNumber(from: number, to: number): Kind<number> {
  return {
    expects: `a whole number from ${from} to ${to}`,
    read: (text) => (/^\d{1,15}$/.test(text) && Number(text) >= from && Number(text) <= to ? Number(text) : undefined),
    show: String,
  };
}

export function oneOf<const Word extends string>(...words: readonly Word[]): Kind<Word> {
  return {
    expects: `one of ${words.join(", ")}`,
    read: (text) => words.find((each) => each === text),
    show: (value) => value,
  };
}

const units = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;

/** A size in bytes, written as PostgreSQL writes it: 512MB, 2GB. */
export const size: Kind<number> = {
  expects: "a size such as 512MB or 2GB",
  read(text) {
    const match = /^(\d{1,9})\s*(B|kB|MB|GB)$/.exec(text);
    return match === null ? undefined : Number(match[1]) * units[match[2] as keyof typeof units];
  },
  show(value) {
    const unit = (["GB", "MB", "kB"] as const).find((each) => value >= units[each] && value % units[each] === 0) ?? "B";
    return `${value / units[unit]}${unit}`;
  },
};
