import { randomBytes } from "node:crypto";
import type { Column } from "./catalogue.ts";
import { hints } from "./row-hints.ts";

/** What a column's value is drawn from. */
export interface Ingredients {
  /** Written into texts. */
  readonly mark: string;
  /** YYYY-MM-DD; every date, and the day that ids carry. */
  readonly day: string;
  /** Rows of different variants prefer different samples, so that they do not meet in a key. */
  readonly variant: number;
}

/**
 * SQL expressions to try for a column, best first: only what the table's hints say, or a text with the mark, what the checks mention
 * as literals, and samples of the formats the trade uses.
 */
export function candidates(table: string, column: Column, expressions: readonly string[], from: Ingredients): string[] {
  const type = column.baseType;
  const hinted = hints[table]?.[column.name];
  if (hinted !== undefined) return hinted.map((expression) => expression.replaceAll(":mark", from.mark));
  const byDefault = column.defaultExpression === null ? [] : [column.defaultExpression];
  const empty = column.notNull ? [] : [`null::${type}`];
  const typed = typedCandidates(column, expressions.join(" "), from).map((value) => `${quoted(value)}::${type}`);
  const isText = /^(text|character|name)/.test(type);
  return [...byDefault, ...(isText ? [...typed, ...empty] : [...empty, ...typed])];
}

export function quoted(text: string): string {
  const escaped = text.replaceAll("'", "''");
  return text.includes("\\") ? ` E'${escaped.replaceAll("\\", "\\\\")}'` : `'${escaped}'`;
}

/** An id that carries its day in the first 24 bits (docs/why/ids-that-carry-their-day.md); any other uuid column takes it as well. */
export function idOfDay(day: string): string {
  const days = Math.round((Date.parse(day) - Date.parse("2000-01-01")) / 86_400_000);
  const hex = days.toString(16).padStart(6, "0") + randomBytes(13).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function typedCandidates(column: Column, checks: string, from: Ingredients): string[] {
  const type = column.baseType.replace(/\(.*\)/, "");
  if (column.labels.length > 0) return [...column.labels];
  if (type.endsWith("[]"))
    return ["{}", ...(type === "text[]" ? [...literals(checks), "a"] : ["1"]).map((entry) => `{${JSON.stringify(entry)}}`)];
  if (/^(text|character|name)/.test(type)) return texts(checks, from);
  if (/^(smallint|integer|bigint)/.test(type))
    return rotated(["1", "2", "3"], from).concat("0", numbers(checks).filter(isWhole), "10", "50");
  if (/^(numeric|real|double)/.test(type)) return ["1", "2", "0", ...numbers(checks), "0.5"];
  return byType[type]?.(from) ?? [from.mark];
}

const byType: Readonly<Record<string, (from: Ingredients) => string[]>> = {
  uuid: ({ day }) => [idOfDay(day)],
  date: ({ day }) => [0, 1, 30, -1].map((days) => dayAfter(day, days)),
  "timestamp with time zone": ({ day }) => [`${day} 12:00+00`, `${dayAfter(day, 1)} 12:00+00`, `${dayAfter(day, -1)} 12:00+00`],
  "time without time zone": () => ["12:00"],
  interval: () => ["1 day", "1 hour"],
  boolean: () => ["false", "true"],
  json: ({ mark }) => [`{"text": "${mark}"}`, "{}", "[]"],
  jsonb: ({ mark }) => [`{"text": "${mark}"}`, "{}", "[]"],
  // They begin as encrypted values do, which a check of theirs asks for.
  bytea: () =>
    [32, 12, 16, 64, 48, 128, 1].map((bytes) => `\\x${Buffer.concat([Buffer.from("APG"), randomBytes(128)]).toString("hex", 0, bytes)}`),
  inet: () => ["127.0.0.1"],
  xid8: () => ["1"],
  pg_lsn: () => ["0/1"],
};

/** Formats that no literal of a check shows: country, currency, IBAN, BIC, hashes, zones, addresses. */
function texts(checks: string, { mark, variant }: Ingredients): string[] {
  const patterns = literals(checks).map((text) => text.replaceAll("%", mark));
  const code = mark.replace(/[^a-z0-9]/g, "");
  return [
    mark,
    `${mark}@prove.example`,
    `https://${mark}.example`,
    ...patterns,
    code.slice(0, 20),
    code.slice(0, 8),
    code.slice(0, 4),
    ...rotated(["DE", "FR", "IT"], { variant }),
    ...rotated(["EUR", "USD", "GBP"], { variant }),
    ...rotated(["DE02120300000000202051", "DE89370400440532013000", "FR1420041010050500013M02606"], { variant }),
    ...rotated(["COBADEFFXXX", "BNPAFRPPXXX", "UNCRITMMXXX"], { variant }),
    "Europe/Berlin",
    randomBytes(32).toString("hex"),
    "1",
  ];
}

function literals(expression: string): string[] {
  return [...expression.matchAll(/'((?:[^']|'')*)'/g)].map((match) => (match[1] ?? "").replaceAll("''", "'"));
}

function numbers(expression: string): string[] {
  return [...expression.matchAll(/(?<![\w.'])-?\d+(\.\d+)?/g)].map(([number]) => number);
}

function isWhole(number: string): boolean {
  return !number.includes(".");
}

function rotated(samples: readonly string[], { variant }: { readonly variant: number }): string[] {
  return samples.map((_, place) => samples[(place + variant) % samples.length] ?? "");
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}
