import { setTimeout as delay } from "node:timers/promises";
import { type Pool, withClient } from "../../postgres/connect.ts";
import type { Block } from "./block.ts";
import { type SealOptions, sealNext } from "./seal.ts";

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
}

const defaultEveryMs = 2_000;

/** Seals in the background. A database that is away or a chain that went back is told and tried again, never ignored. */
export function startSealer(pool: Pool, options: SealerOptions): Sealer {
  const stopping = new AbortController();
  const everyMs = options.everyMs ?? defaultEveryMs;
  let trouble = "";
  const once = async () => {
    try {
      await sealAll(pool, options, options.onBlock);
      trouble = "";
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
