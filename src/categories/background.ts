import type { Pool } from "../postgres/connect.ts";
import type { TenantContext } from "../postgres/transaction.ts";
import { sortWaiting } from "./runs.ts";

interface Asker {
  readonly caller: { readonly tenant: string; readonly actor: string } | null;
  readonly id: string;
  readonly log: { error(facts: object, words: string): void };
}

/** At most one a tenant in this process; others that come meanwhile make it look once more. */
const working = new Map<string, { again: boolean }>();
const underWay = new Set<Promise<void>>();

/** Sorts what waits after the answer is given; what a crash leaves is gone on with by the next. */
export function sortInBackground(pool: Pool, request: unknown): void {
  const { caller, id, log } = request as Asker;
  if (caller === null) return;
  const context: TenantContext = { tenantId: caller.tenant, actor: caller.actor, requestId: id };
  const known = working.get(context.tenantId);
  if (known !== undefined) {
    known.again = true;
    return;
  }
  const state = { again: false };
  working.set(context.tenantId, state);
  const work = sortUntilQuiet(pool, context, state)
    .catch((error: unknown) => log.error({ err: error }, "categories not sorted"))
    .finally(() => {
      working.delete(context.tenantId);
      underWay.delete(work);
    });
  underWay.add(work);
}

/** For who closes the pool: what runs in the background has ended. */
export async function sortingEnded(): Promise<void> {
  await Promise.all(underWay);
}

async function sortUntilQuiet(pool: Pool, context: TenantContext, state: { again: boolean }): Promise<void> {
  do {
    state.again = false;
    await sortWaiting(pool, context);
  } while (state.again);
}
