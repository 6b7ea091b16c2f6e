import { Problem } from "../errors/problem.ts";
import { currencyExponent } from "./currencies.ts";
import { type Decimal, decimalOrNull, decimalText } from "./decimal.ts";

/** An amount of money: integer minor units and the currency that says what they are. Never a JavaScript number. */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

/** @throws Problem `unknown_currency` */
export function exponentOf(currency: string): number {
  const exponent = currencyExponent(currency);
  if (exponent === undefined)
    throw new Problem("unknown_currency", `"${currency}" is not an ISO 4217 currency code`, {
      hint: "Use the three-letter code, such as EUR, JPY or KWD.",
    });
  return exponent;
}

/** Minor units of an exact decimal; `null` when it has more decimals than the currency. */
export function minorOrNull(value: Decimal, exponent: number): bigint | null {
  const scale = significantScale(value);
  if (scale > exponent) return null;
  return exponent >= value.scale
    ? value.units * 10n ** BigInt(exponent - value.scale)
    : value.units / 10n ** BigInt(value.scale - exponent);
}

/**
 * Reads a decimal string as money, exactly.
 * @throws Problem `invalid_amount`, `unknown_currency`
 */
export function parseMoney(text: string, currency: string): Money {
  const exponent = exponentOf(currency);
  const value = decimalOrNull(text);
  const minor = value === null ? null : minorOrNull(value, exponent);
  if (minor === null)
    throw new Problem("invalid_amount", `"${text}" is not an exact amount in ${currency}`, {
      hint: `Write digits with at most ${exponent} decimals after a point, without thousands separators.`,
    });
  return { minor, currency };
}

/** The decimal string of the wire: a point, as many decimals as the currency has, "-" for negative. */
export function moneyText(money: Money): string {
  return minorText(money.minor, exponentOf(money.currency));
}

export function minorText(minor: bigint, exponent: number): string {
  return decimalText({ units: minor, scale: exponent });
}

function significantScale(value: Decimal): number {
  let { units, scale } = value;
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n;
    scale -= 1;
  }
  return scale;
}
