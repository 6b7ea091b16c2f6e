/** Adds to counts that all processes share, and answers their totals in the same order. */
export type AddCounts = (
  counts: readonly { readonly bucket: string; readonly hits: number; readonly endsAt: Date }[],
) => Promise<readonly number[]>;

interface Tally {
  readonly window: number;
  readonly endsAt: number;
  /** What all processes had, this one's part included, when they were last asked. */
  known: number;
  /** What this process has counted since. */
  unsent: number;
}

export interface Counted {
  readonly current: number;
  /** Milliseconds until the window ends. */
  readonly ttl: number;
}

/**
 * Counts requests in windows of the clock, over all processes of an installation. `count` answers from memory and tells the others once a
 * second, all names in one statement: a request costs no round trip, and several processes together let through at most what comes within that
 * second too much. `countExactly` asks first: for the few requests, such as sign-ins, where one too many is one too many. A database that
 * does not answer leaves each process its own count.
 */
export class RequestCounts {
  readonly #add: AddCounts | null;
  readonly #tallies = new Map<string, Tally>();
  readonly #timer: NodeJS.Timeout | null;
  #sending: Promise<void> | null = null;

  constructor(add: AddCounts | null, everyMs = 1000) {
    this.#add = add;
    this.#timer = add === null ? null : setInterval(() => void this.send(), everyMs).unref();
  }

  count(name: string, windowMs: number): Counted {
    const tally = this.#tallyOf(name, windowMs);
    tally.unsent += 1;
    return counted(tally);
  }

  async countExactly(name: string, windowMs: number): Promise<Counted> {
    const tally = this.#tallyOf(name, windowMs);
    if (this.#add === null) return this.count(name, windowMs);
    try {
      const [total] = await this.#add([{ bucket: bucketOf(name, tally), hits: 1, endsAt: new Date(tally.endsAt) }]);
      tally.known = Math.max(tally.known, total ?? 0);
      return counted(tally);
    } catch {
      return this.count(name, windowMs);
    }
  }

  /** Tells the others what was counted here, and learns what they have. Never fails: what was not told is told the next time. */
  async send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.send();
  }

  async #sendAll(): Promise<void> {
    const now = Date.now();
    for (const [name, tally] of this.#tallies) if (tally.endsAt <= now) this.#tallies.delete(name);
    if (this.#add === null) return;
    // One order for all processes, so that two of them never wait for each other.
    const dirty = [...this.#tallies]
      .filter(([, { unsent }]) => unsent > 0)
      .map(([name, tally]) => ({ tally, bucket: bucketOf(name, tally), hits: tally.unsent }));
    if (dirty.length === 0) return;
    dirty.sort((a, b) => (a.bucket < b.bucket ? -1 : 1));
    try {
      const totals = await this.#add(dirty.map(({ tally, bucket, hits }) => ({ bucket, hits, endsAt: new Date(tally.endsAt) })));
      for (const [at, { tally, hits }] of dirty.entries()) {
        tally.unsent -= hits;
        tally.known = Math.max(tally.known, totals[at] ?? 0);
      }
    } catch {
      // Each process goes on with its own count.
    }
  }

  #tallyOf(name: string, windowMs: number): Tally {
    const window = Math.floor(Date.now() / windowMs);
    const known = this.#tallies.get(name);
    if (known?.window === window) return known;
    const fresh = { window, endsAt: (window + 1) * windowMs, known: 0, unsent: 0 };
    this.#tallies.set(name, fresh);
    return fresh;
  }
}

function counted({ known, unsent, endsAt }: Tally): Counted {
  return { current: known + unsent, ttl: Math.max(1, endsAt - Date.now()) };
}

function bucketOf(name: string, { window }: Tally): string {
  return `${window} ${name}`;
}
