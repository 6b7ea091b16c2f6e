import { randomBytes } from "node:crypto";

/** The seed of a test that draws at random: printed, and taken from APG_TEST_SEED to run the same again. */
export function testSeed(test: string): number {
  const given = process.env["APG_TEST_SEED"];
  const seed = given === undefined ? randomBytes(4).readUInt32LE() : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`APG_TEST_SEED=${given} is not an integer`);
  process.stderr.write(`${test}: seed ${seed} (repeat with APG_TEST_SEED=${seed})\n`);
  return seed;
}

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items];
  for (let last = left.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [left[last], left[other]] = [left[other] as T, left[last] as T];
  }
  return left;
}
