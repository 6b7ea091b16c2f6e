/**
 * Exact sums of the wire's decimal strings. The server's amounts all carry the decimals of their currency, so two of one
 * currency have one scale; unequal scales are brought together without rounding.
 */
export function addAmounts(a: string, b: string): string {
  const scale = Math.max(scaleOf(a), scaleOf(b));
  return text(units(a, scale) + units(b, scale), scale);
}

export function sumAmounts(amounts: readonly string[]): string {
  return amounts.reduce(addAmounts, "0");
}

export function subtractAmounts(a: string, b: string): string {
  return addAmounts(a, negated(b));
}

export function compareAmounts(a: string, b: string): number {
  const scale = Math.max(scaleOf(a), scaleOf(b));
  const difference = units(a, scale) - units(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function absolute(amount: string): string {
  return amount.startsWith("-") ? amount.slice(1) : amount;
}

export function negated(amount: string): string {
  if (isZero(amount)) return amount;
  return amount.startsWith("-") ? amount.slice(1) : `-${amount}`;
}

export function isZero(amount: string): boolean {
  return /^-?[0.]*$/.test(amount);
}

export function isNegative(amount: string): boolean {
  return amount.startsWith("-") && !isZero(amount);
}

/** `part` of `whole` in percent, for the width of a bar; never for a figure. Signs do not matter. */
export function shareForDrawing(part: string, whole: string): number {
  const scale = Math.max(scaleOf(part), scaleOf(whole));
  const divisor = units(absolute(whole), scale);
  if (divisor === 0n) return 0;
  return Number((units(absolute(part), scale) * 10_000n) / divisor) / 100;
}

/** A number to place a point of a chart with. Charts show the string beside it, never this. */
export function numberForDrawing(amount: string): number {
  return Number(amount);
}

function scaleOf(amount: string): number {
  const point = amount.indexOf(".");
  return point < 0 ? 0 : amount.length - point - 1;
}

function units(amount: string, scale: number): bigint {
  const [whole = "0", fraction = ""] = absolute(amount).split(".");
  const value = BigInt(whole + fraction.padEnd(scale, "0"));
  return amount.startsWith("-") ? -value : value;
}

function text(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const whole = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${whole}` : whole;
}
