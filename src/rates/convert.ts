import { exponentOf } from "../money/money.ts";
import { inverse, one, type Ratio, ratioOf, scaled, times } from "../money/ratio.ts";
import type { Rate } from "./rate-set.ts";

/** How one currency becomes another, and why so: "direct", "inverse", or "cross" over the currency named. */
export interface Conversion {
  readonly ratio: Ratio;
  readonly path: "same" | "direct" | "inverse" | "cross";
  readonly over: string | null;
}

/**
 * Converts with the rates of one set, exactly: a rate as it stands, else its inverse, else two of those over a third currency: the one
 * that most rates of the set are about, and of several the first by its code. Nothing is rounded on the way.
 */
export class Converter {
  readonly #legs = new Map<string, { readonly ratio: Ratio; readonly direct: boolean }>();
  readonly #pivots: readonly string[];

  constructor(rates: readonly Rate[]) {
    const uses = new Map<string, number>();
    for (const { base, quote, rate } of rates) {
      const ratio = ratioOf(rate);
      if (ratio === null || ratio.numerator <= 0n) throw new RangeError(`${rate} is no rate`);
      this.#legs.set(`${base}/${quote}`, { ratio, direct: true });
      // A set may state both directions: then each is taken as stated.
      if (!this.#legs.has(`${quote}/${base}`)) this.#legs.set(`${quote}/${base}`, { ratio: inverse(ratio), direct: false });
      for (const code of [base, quote]) uses.set(code, (uses.get(code) ?? 0) + 1);
    }
    this.#pivots = [...uses].sort(([a, most], [b, more]) => more - most || (a < b ? -1 : 1)).map(([code]) => code);
  }

  /** Null when the set does not say. */
  conversion(from: string, to: string): Conversion | null {
    if (from === to) return { ratio: one, path: "same", over: null };
    const leg = this.#legs.get(`${from}/${to}`);
    if (leg !== undefined) return { ratio: leg.ratio, path: leg.direct ? "direct" : "inverse", over: null };
    for (const over of this.#pivots) {
      const [first, second] = [this.#legs.get(`${from}/${over}`), this.#legs.get(`${over}/${to}`)];
      if (first !== undefined && second !== undefined) return { ratio: times(first.ratio, second.ratio), path: "cross", over };
    }
    return null;
  }

  /** Minor units into minor units, rounded once, half away from zero. Nought is nought in every currency, also in one without a rate. */
  minor(amount: bigint, from: string, to: string): bigint | null {
    if (amount === 0n) return 0n;
    const conversion = this.conversion(from, to);
    if (conversion === null) return null;
    const shift = exponentOf(to) - exponentOf(from);
    const power = 10n ** BigInt(Math.abs(shift));
    return scaled(
      amount,
      times(conversion.ratio, shift >= 0 ? { numerator: power, denominator: 1n } : { numerator: 1n, denominator: power }),
    );
  }
}
