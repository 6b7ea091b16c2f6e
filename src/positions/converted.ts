import { exponentOf, minorText, parseMoney } from "../money/money.ts";
import { shownRatio } from "../money/ratio.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { Converter } from "../rates/convert.ts";
import { chooseRates } from "../rates/rate-sets.ts";
import { reportingCurrencyOfTenant } from "../tenants/tenants.ts";
import type { Day } from "../time/day.ts";
import type { ConvertedLine, ConvertedPosition } from "./contract.ts";

/**
 * All currencies in one, at one frozen set; null when nobody asks. Each currency's total is converted exactly and rounded once; money
 * in a currency without a rate leaves no total rather than a wrong one.
 * @throws Problem `not_found` without such rates, `unknown_currency`
 */
export async function convertTotals(
  tx: TenantTransaction,
  totals: readonly { readonly currency: string; readonly amount: string }[],
  options: {
    readonly asOf: Day;
    readonly knownAt?: string | undefined;
    readonly currency?: string | undefined;
    readonly rates?: string | undefined;
  },
): Promise<ConvertedPosition | null> {
  if (options.currency === undefined && options.rates === undefined) return null;
  const currency = options.currency ?? (await reportingCurrencyOfTenant(tx));
  exponentOf(currency);
  const { set, rule } = await chooseRates(tx, { rates: options.rates, day: options.asOf, knownAt: options.knownAt });
  const lines = convertLines(new Converter(set.rates), totals, currency);
  const missing = lines.filter(({ converted }) => converted === null).map((line) => line.currency);
  const sum = lines.reduce((all, { converted }) => all + (converted === null ? 0n : parseMoney(converted, currency).minor), 0n);
  return {
    currency,
    amount: missing.length > 0 ? null : minorText(sum, exponentOf(currency)),
    missing,
    rateSet: set.name,
    rateSetHash: set.contentHash,
    source: set.source,
    kind: set.kind,
    rateDay: set.day,
    rule,
    lines,
  };
}

/** One line a currency; what has no rate has no figure, unless it is nought. */
export function convertLines(
  converter: Converter,
  totals: readonly { readonly currency: string; readonly amount: string }[],
  to: string,
): ConvertedLine[] {
  return totals.map(({ currency, amount }) => {
    const minor = converter.minor(parseMoney(amount, currency).minor, currency, to);
    const conversion = converter.conversion(currency, to);
    return {
      currency,
      amount,
      converted: minor === null ? null : minorText(minor, exponentOf(to)),
      rate: conversion === null ? null : shownRatio(conversion.ratio),
      path: conversion?.path ?? null,
      over: conversion?.over ?? null,
    };
  });
}
