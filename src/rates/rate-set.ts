import { createHash } from "node:crypto";
import { decimalOrNull, decimalText } from "../money/decimal.ts";
import type { Day } from "../time/day.ts";
import type { RateKind } from "./contract.ts";

/** One unit of base is worth `rate` units of quote; the rate is the decimal text of its source. */
export interface Rate {
  readonly base: string;
  readonly quote: string;
  readonly rate: string;
}

/** The rates of one day as a source published them, before they are a set. */
export interface DayRates {
  readonly day: Day;
  readonly rates: readonly Rate[];
}

/** Rates that are frozen: they carry a name and a hash, and never change. */
export interface RateSet {
  readonly id: string;
  readonly name: string;
  readonly kind: RateKind;
  readonly source: string;
  readonly day: Day;
  readonly frozenAt: string;
  /** SHA-256 over the canonical text, reckoned by the database when it froze the set. */
  readonly contentHash: string;
  readonly rates: readonly Rate[];
}

/** The decimal as PostgreSQL's trim_scale writes it: no needless zeros. Null for what is no positive rate with 12 decimals at most. */
export function canonicalRate(text: string): string | null {
  const value = decimalOrNull(text.trim());
  if (value === null || value.units <= 0n || value.scale > 12 || value.units.toString().length > 24) return null;
  return decimalText(value);
}

/**
 * What a set's hash is over: "kind source day", then a line "EUR/USD 1.1684" for each rate, in the order of the codes. Migration 0049
 * (cash_management.rate_set_text) writes the same.
 */
export function canonicalText(set: { readonly kind: RateKind; readonly source: string } & DayRates): string {
  const lines = set.rates.map(({ base, quote, rate }) => `${base}/${quote} ${canonicalRate(rate)}`).sort();
  return [`${set.kind} ${set.source} ${set.day}`, ...lines].join("\n");
}

export function contentHashOf(set: Parameters<typeof canonicalText>[0]): string {
  return createHash("sha256").update(canonicalText(set)).digest("hex");
}
