import { addDecimals, type Decimal, decimalOrNull, zero } from "../money/decimal.ts";

/** Below this a double holds every integer, and twice as much still fits when two are added. */
const safe = 2 ** 52;

/**
 * Adds decimal strings exactly, a million of them quickly: as plain integers of one scale while they are small enough to be
 * exact, in big integers beyond.
 */
export class ExactSum {
  private total: Decimal = zero;
  private pending = 0;
  private scale = 2;

  add(amount: PlainAmount | Decimal): void {
    if (!("integer" in amount)) {
      this.total = addDecimals(this.total, amount);
      return;
    }
    if (amount.scale !== this.scale) {
      this.flush();
      this.scale = amount.scale;
    }
    this.pending += amount.integer;
    if (this.pending > safe || this.pending < -safe) this.flush();
  }

  get value(): Decimal {
    this.flush();
    return this.total;
  }

  private flush(): void {
    if (this.pending !== 0) this.total = addDecimals(this.total, { units: BigInt(this.pending), scale: this.scale });
    this.pending = 0;
  }
}

/** integer / 10^scale, exactly: at most fifteen digits. */
export interface PlainAmount {
  readonly integer: number;
  readonly scale: number;
}

/** A decimal string as a sum takes it; `null` when it is none. */
export function summand(text: string): PlainAmount | Decimal | null {
  const negative = text.charCodeAt(0) === 45;
  let integer = 0;
  let point = -1;
  for (let at = negative ? 1 : 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) integer = integer * 10 + digit;
    else if (digit === -2 && point === -1 && at > 0) point = at;
    else return decimalOrNull(text);
  }
  const digits = text.length - (negative ? 1 : 0) - (point === -1 ? 0 : 1);
  // Zeros behind the second decimal would make the sum's scale larger than it is.
  if (digits > 15 || digits === 0 || (point !== -1 && text.length - point > 3 && text.endsWith("0"))) return decimalOrNull(text);
  return { integer: negative ? -integer : integer, scale: point === -1 ? 0 : text.length - point - 1 };
}

export function isNegative(amount: PlainAmount | Decimal): boolean {
  return "integer" in amount ? amount.integer < 0 : amount.units < 0n;
}

export function negated(amount: PlainAmount | Decimal): PlainAmount | Decimal {
  return "integer" in amount ? { integer: -amount.integer, scale: amount.scale } : { units: -amount.units, scale: amount.scale };
}
