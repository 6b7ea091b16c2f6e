import { decimalOrNull } from "../../money/decimal.ts";
import { minorOrNull } from "../../money/money.ts";

/** Minor units of a decimal string, or null when it is not exact in the currency. */
export function exactMinor(amount: string, exponent: number): bigint | null {
  const decimal = decimalOrNull(amount);
  return decimal === null ? null : minorOrNull(decimal, exponent);
}
