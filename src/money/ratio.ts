import { decimalOrNull } from "./decimal.ts";

/** An exact rational number: what inverse and cross rates are, which no decimal can hold. The denominator is positive. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const one: Ratio = { numerator: 1n, denominator: 1n };

/** `null` when the text is no plain decimal number. */
export function ratioOf(text: string): Ratio | null {
  const value = decimalOrNull(text);
  return value === null ? null : { numerator: value.units, denominator: 10n ** BigInt(value.scale) };
}

export function times(a: Ratio, b: Ratio): Ratio {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** @throws RangeError for zero */
export function inverse({ numerator, denominator }: Ratio): Ratio {
  if (numerator === 0n) throw new RangeError("zero has no inverse");
  return numerator < 0n ? { numerator: -denominator, denominator: -numerator } : { numerator: denominator, denominator: numerator };
}

/**
 * `units` times the ratio, rounded once to a whole number: half away from zero, as Council Regulation (EC) No 1103/97, article 5, has
 * it for the euro.
 */
export function scaled(units: bigint, { numerator, denominator }: Ratio): bigint {
  const product = units * numerator;
  const whole = product / denominator;
  const rest = product % denominator;
  if (2n * (rest < 0n ? -rest : rest) < denominator) return whole;
  return product < 0n ? whole - 1n : whole + 1n;
}

/** To so many significant digits, for people: what is reckoned with is the ratio itself. */
export function shownRatio({ numerator, denominator }: Ratio, digits = 8): string {
  if (numerator === 0n) return "0";
  const least = 10n ** BigInt(digits - 1);
  let scale = 0;
  while ((numerator < 0n ? -numerator : numerator) * 10n ** BigInt(scale) < least * denominator) scale += 1;
  let units = scaled(numerator * 10n ** BigInt(scale), { numerator: 1n, denominator });
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n;
    scale -= 1;
  }
  const text = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const shown = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
  return units < 0n ? `-${shown}` : shown;
}
