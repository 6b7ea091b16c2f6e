import pg from "pg";

/**
 * How values come out of the driver: what JavaScript would bend stays exact. `int8` is a bigint, `numeric` and `date` stay
 * text (the driver's own date is local midnight), `timestamptz` is ISO 8601 text with all six decimals.
 */
export const exactTypes = {
  getTypeParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
    if (format === "binary") return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
    return parsers.get(oid) ?? (pg.types.getTypeParser(oid, "text") as (value: string) => unknown);
  },
};

const text = (value: string): string => value;

/** PostgreSQL writes `2026-03-31 12:00:00.5+00`; ISO 8601 wants a T, and Z or minutes in the offset. */
export function momentText(value: string): string {
  const match = /^(\S+) ([\d:.]+)([+-]\d{2})(:\d{2})?$/.exec(value);
  if (match === null) return value;
  const [, day, time, hours, minutes] = match;
  const offset = hours === "+00" && minutes === undefined ? "Z" : `${hours}${minutes ?? ":00"}`;
  return `${day}T${time}${offset}`;
}

const elements: ReadonlyArray<readonly [oid: number, arrayOid: number, parse: (value: string) => unknown]> = [
  [20, 1016, BigInt],
  [1700, 1231, text],
  [1082, 1182, text],
  [1114, 1115, text],
  [1184, 1185, momentText],
  [1186, 1187, text],
];

const textArrayOid: number = 1009;
const textArray = pg.types.getTypeParser(textArrayOid, "text") as unknown as (value: string) => Nested;
const parsers = new Map<number, (value: string) => unknown>();
for (const [oid, arrayOid, parse] of elements) {
  parsers.set(oid, parse);
  parsers.set(arrayOid, (value) => mapEntries(textArray(value), parse));
}

type Nested = string | null | readonly Nested[];

function mapEntries(value: Nested, parse: (entry: string) => unknown): unknown {
  if (value === null) return null;
  return typeof value === "string" ? parse(value) : value.map((entry) => mapEntries(entry, parse));
}
