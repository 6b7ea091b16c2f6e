import { Problem } from "../errors/problem.ts";

/** Wrong passwords in a row that are let through before the first pause. */
const freeAttempts = 5;

/** Pause after so many attempts in a row: 30 s at the fifth, doubling, at most 16 min. The database counts in the same steps (queries.ts). */
function pauseSeconds(attempts: number): number {
  return attempts < freeAttempts ? 0 : 30 * 2 ** Math.min(attempts - freeAttempts, 5);
}

interface Tally {
  count: number;
  until: number;
}

/** Counts attempts by name in memory, for names that have no row to count in. Forgets the oldest when there are too many. */
export class Throttle {
  readonly #tallies = new Map<string, Tally>();
  readonly #capacity: number;

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  /** @throws Problem `too_many_requests` while the name pauses */
  attempt(name: string, now = Date.now()): void {
    const tally = this.#tallies.get(name) ?? { count: 0, until: 0 };
    if (now < tally.until) throw locked(Math.ceil((tally.until - now) / 1000));
    tally.count += 1;
    tally.until = now + pauseSeconds(tally.count) * 1000;
    this.#tallies.delete(name);
    this.#tallies.set(name, tally);
    if (this.#tallies.size > this.#capacity) this.#tallies.delete(this.#tallies.keys().next().value ?? name);
  }
}

export function locked(seconds: number): Problem {
  return new Problem("too_many_requests", "too many wrong passwords in a row", {
    detail: { retryAfterSeconds: seconds },
    hint: `Try again in ${seconds} s, or use a sign-in link: apg access link.`,
  });
}
