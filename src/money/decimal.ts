/**
 * Exact decimal numbers as they stand in bank files: sign, digits, at most one point. No exponent, no rounding, ever.
 * A file may carry more decimals than its currency has; whether that is allowed is decided where money is made of it.
 */
export interface Decimal {
  readonly units: bigint;
  /** Digits behind the point: the value is units / 10^scale. */
  readonly scale: number;
}

const shape = /^([+-]?)(\d+)(?:\.(\d*))?$|^([+-]?)\.(\d+)$/;

/** `null` when the text is no plain decimal number. */
export function decimalOrNull(text: string): Decimal | null {
  const match = shape.exec(text);
  if (match === null) return null;
  const sign = match[1] ?? match[4] ?? "";
  const whole = match[2] ?? "";
  const fraction = (match[3] ?? match[5] ?? "").replace(/0+$/, "");
  const units = BigInt(whole + fraction || "0");
  return { units: sign === "-" ? -units : units, scale: fraction.length };
}

export function decimalText(value: Decimal): string {
  const negative = value.units < 0n;
  const digits = (negative ? -value.units : value.units).toString().padStart(value.scale + 1, "0");
  const whole = digits.slice(0, digits.length - value.scale);
  const text = value.scale === 0 ? whole : `${whole}.${digits.slice(digits.length - value.scale)}`;
  return negative ? `-${text}` : text;
}

export function rescale(value: Decimal, scale: number): bigint {
  if (scale < value.scale) throw new RangeError(`scale ${scale} would round ${decimalText(value)}`);
  return value.units * 10n ** BigInt(scale - value.scale);
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.scale === b.scale) return { units: a.units + b.units, scale: a.scale };
  const scale = Math.max(a.scale, b.scale);
  return { units: rescale(a, scale) + rescale(b, scale), scale };
}

export function negate(value: Decimal): Decimal {
  return { units: -value.units, scale: value.scale };
}

export function decimalsEqual(a: Decimal, b: Decimal): boolean {
  const scale = Math.max(a.scale, b.scale);
  return rescale(a, scale) === rescale(b, scale);
}

export const zero: Decimal = { units: 0n, scale: 0 };
