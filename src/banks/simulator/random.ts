/**
 * Numbers that look random and are the same on every machine: the same seed has to give the same bytes on Node 20 and 24,
 * or the demo could not be completed after an interruption. The generator is sfc32 (Chris Doty-Humphrey, PractRand): 128 bits
 * of state, integer arithmetic only, quick in JavaScript where 64-bit generators would need bigint. `Math.exp` and `Math.log`
 * may differ in the last bit between engines, so what is needed of them is made here from + and × alone.
 */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2^-32. */
  fraction(): number;
  /** Uniform in low … high, both included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Poisson distributed. */
  count(mean: number): number;
  /** A positive amount in minor units, log-normal about its median. */
  amount(medianMinor: number, sigma: number): bigint;
  digits(length: number): string;
}

/** A stream of its own per text: who draws more from one stream does not shift another. */
export function randomFrom(seed: string): Random {
  const next = sfc32(seed);
  const fraction = () => next() / 4294967296;
  const integer = (low: number, high: number) => low + Math.floor(fraction() * (high - low + 1));
  return {
    fraction,
    integer,
    chance: (probability) => fraction() < probability,
    pick: (list) => {
      const picked = list[integer(0, list.length - 1)];
      if (picked === undefined) throw new RangeError("cannot pick from an empty list");
      return picked;
    },
    count: (mean) => poisson(fraction, mean),
    amount: (medianMinor, sigma) => BigInt(Math.max(1, Math.round(medianMinor * exponential(sigma * normal(fraction))))),
    digits: (length) => Array.from({ length }, () => integer(0, 9)).join(""),
  };
}

/** e^x as (e^(x/1024))^1024 with eight terms of the series, good to 12 digits for |x| < 40. */
export function exponential(x: number): number {
  const small = x / 1024;
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 8; n += 1) {
    term *= small / n;
    sum += term;
  }
  for (let squaring = 0; squaring < 10; squaring += 1) sum *= sum;
  return sum;
}

/** Sum of twelve uniforms less six: mean 0, variance 1, tails cut at ±6 (an invoice of e^6 medians is rare enough). */
function normal(fraction: () => number): number {
  let sum = -6;
  for (let n = 0; n < 12; n += 1) sum += fraction();
  return sum;
}

/** Knuth's product of uniforms; means here stay below 60. */
function poisson(fraction: () => number, mean: number): number {
  const limit = exponential(-mean);
  let count = 0;
  for (let product = fraction(); product > limit; product *= fraction()) count += 1;
  return count;
}

function sfc32(seed: string): () => number {
  let [a, b, c, counter] = [hash(seed, 0x9e3779b9), hash(seed, 0x243f6a88), hash(seed, 0xb7e15162), 1];
  const next = () => {
    const output = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + output) | 0;
    return output >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** FNV-1a over the text with the finaliser of MurmurHash3, so that near-by days do not give near-by streams. */
function hash(text: string, basis: number): number {
  let value = basis | 0;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) | 0;
}
