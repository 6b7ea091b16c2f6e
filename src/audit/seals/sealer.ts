import { setTimeout as delay } from "node:timers/promises";
import { type Pool, withClient } from "../../postgres/connect.ts";
import type { Block } from "./block.ts";
import { type SealOptions, sealNext } from "./seal.ts";
import { behindProblem, sealingState } from "./sealing-state.ts";

/** Seals until nothing is left that can be; returns the blocks made, or null when another sealer is at work. */
export async function sealAll(pool: Pool, options: SealOptions, onBlock: (block: Block) => void = () => {}): Promise<number | null> {
  return withClient(pool, async (client) => {
    for (let made = 0; ; made += 1) {
      const sealed = await sealNext(client, options);
      if (sealed.outcome === "busy") return null;
      if (sealed.outcome === "nothing") return made;
      onBlock(sealed.block);
      if (!sealed.more) return made + 1;
    }
  });
}

export interface Sealer {
  /** Seals what is left and ends. */
  stop(): Promise<void>;
}

export interface SealerOptions extends SealOptions {
  /** Between two looks; a change is sealed at most this and the time of its transaction later. */
  readonly everyMs?: number;
  readonly onBlock?: (block: Block) => void;
  /** Told once each time the reason changes; sealing is tried again all the same. */
  readonly onTrouble?: (error: unknown) => void;
  /** `onTrouble` is told `audit_sealing_behind` when a change waits longer for its seal, and again while that lasts. */
  readonly alarmSeconds?: number;
  /** Between two alarms of one lag; default ten minutes. */
  readonly alarmAgainMs?: number;
  /** Told when sealing keeps up again after an alarm. */
  readonly onCaughtUp?: () => void;
}

const defaultEveryMs = 2_000;
const defaultAlarmAgainMs = 600_000;

/** Seals in the background. A database that is away or a chain that went back is told and tried again, never ignored. */
export function startSealer(pool: Pool, options: SealerOptions): Sealer {
  const stopping = new AbortController();
  const everyMs = options.everyMs ?? defaultEveryMs;
  let trouble = "";
  const watchLag = lagWatch(pool, options);
  const once = async () => {
    try {
      await sealAll(pool, options, options.onBlock);
      trouble = "";
      await watchLag();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      if (said !== trouble) options.onTrouble?.(error);
      trouble = said;
    }
  };
  const run = (async () => {
    while (!stopping.signal.aborted) {
      await once();
      await delay(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await run;
      await once();
    },
  };
}

/** Nothing is wrong with sealing when a transaction holds it back; that it falls behind must be said all the same. */
function lagWatch(pool: Pool, options: SealerOptions): () => Promise<void> {
  const { alarmSeconds, onTrouble } = options;
  if (alarmSeconds === undefined || onTrouble === undefined) return async () => {};
  let lookAt = 0;
  let toldAt: number | null = null;
  return async () => {
    const now = Date.now();
    if (now < lookAt) return;
    const state = await sealingState(pool);
    // It cannot become late sooner than this.
    lookAt = now + Math.max(0, Math.min(alarmSeconds - state.behindSeconds, lookEverySeconds)) * 1000;
    if (state.behindSeconds <= alarmSeconds) {
      if (toldAt !== null) options.onCaughtUp?.();
      toldAt = null;
    } else if (toldAt === null || now - toldAt >= (options.alarmAgainMs ?? defaultAlarmAgainMs)) {
      toldAt = now;
      onTrouble(behindProblem(state));
    }
  };
}

const lookEverySeconds = 5;
