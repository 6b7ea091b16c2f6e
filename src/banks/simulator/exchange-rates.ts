import { exponentOf } from "../../money/money.ts";
import { type Day, dayNumber } from "../../time/day.ts";
import { randomFrom } from "./random.ts";

/** Invented exchange rates near those of 2026: exact, the same for a day whatever came before it. */

/** How many millionths of `to` one unit of `from` buys on the day. */
export function rateMicros(from: string, to: string, day: Day): bigint {
  return (perEuroMicros(to, day) * 1_000_000n) / perEuroMicros(from, day);
}

/** The amount in minor units of `to`, rounded down as banks do against the customer. */
export function convert(amountMinor: bigint, from: string, to: string, day: Day): bigint {
  const [multiplier, divisor] = [10n ** BigInt(exponentOf(to)), 10n ** BigInt(exponentOf(from))];
  return (amountMinor * rateMicros(from, to, day) * multiplier) / (1_000_000n * divisor);
}

/** The rate as a decimal text, as statements carry it. */
export function rateText(micros: bigint): string {
  return `${micros / 1_000_000n}.${(micros % 1_000_000n).toString().padStart(6, "0")}`;
}

const middle: Record<string, number> = { EUR: 1_000_000, USD: 1_112_000, GBP: 848_500, JPY: 164_300_000, KWD: 341_200 };

function perEuroMicros(currency: string, day: Day): bigint {
  const base = middle[currency];
  if (base === undefined) throw new RangeError(`the simulation has no rate for ${currency}`);
  if (currency === "EUR") return BigInt(base);
  // Straight lines between a value for each fortnight: a course one can recognise, without a history to walk through.
  const fortnight = Math.floor(dayNumber(day) / 14);
  const [before, after] = [offset(currency, fortnight), offset(currency, fortnight + 1)];
  return BigInt(Math.round(base * (1 + before + ((after - before) * (dayNumber(day) % 14)) / 14)));
}

/** Within ±3 %. */
function offset(currency: string, fortnight: number): number {
  return (randomFrom(`rate/${currency}/${fortnight}`).fraction() - 0.5) * 0.06;
}
