import { setTimeout as sleep } from "node:timers/promises";

// 55P03 a lock was not to be had in time, 40P01 deadlock; the rest is two sessions writing the shared role catalogue at once.
const passing = new Set(["55P03", "40P01", "23505", "42710"]);

/** Tries again what failed because of somebody else at work, at most six times with growing pauses. */
export async function retrying<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 6 || !isPassing(error)) throw error;
      await sleep(100 * 2 ** attempt);
    }
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return passing.has(String(error.code)) || /tuple concurrently (updated|deleted)/.test(error.message);
}
