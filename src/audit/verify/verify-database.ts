import { setTimeout as delay } from "node:timers/promises";
import { type Client, type Pool, withClient } from "../../postgres/connect.ts";
import { lastBlock } from "../queries.ts";
import { isBehind } from "../seals/block.ts";
import { behind } from "../seals/seal.ts";
import { type Verdict, type VerifyOptions, verifyTrail } from "./verify.ts";

export interface VerifyDatabaseOptions extends VerifyOptions {
  /** How long a row whose transaction is over may go without a seal. */
  readonly maxLagSeconds: number;
}

/** Checks the trail of a database as it stands at one moment, then whether the sealer keeps up. */
export async function verifyDatabase(admin: Pool, options: VerifyDatabaseOptions): Promise<Verdict> {
  const verdict = await withClient(admin, (client) => atOneMoment(client, () => verifyTrail(client, options)));
  const waiting = verdict.unsealed.last === null ? null : await waitForSeals(admin, verdict, options.maxLagSeconds);
  if (waiting === null) return verdict;
  const fault = { kind: "unsealed" as const, what: waiting, block: null, row: null };
  return { ...verdict, intact: false, faults: [...verdict.faults, fault], faultCount: verdict.faultCount + 1 };
}

async function atOneMoment<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query("begin isolation level repeatable read read only");
  try {
    const who = await client.query<{ sees_all: boolean }>(
      "select rolsuper or rolbypassrls as sees_all from pg_roles where rolname = current_user",
    );
    if (who.rows[0]?.sees_all !== true) await client.query("set local role apg_admin");
    // Nobody's function shadows one of the server's, and row-level security hides nothing without saying so.
    await client.query("set local search_path = pg_catalog");
    return await work();
  } finally {
    await client.query("rollback").catch(() => {});
  }
}

/**
 * When a row was written says little about when it could be sealed: its transaction may just have ended. So the sealer is given
 * the time it is allowed, from now on; null when it used it.
 */
async function waitForSeals(admin: Pool, verdict: Verdict, maxLagSeconds: number): Promise<string | null> {
  const { last, sealable, oldest } = verdict.unsealed;
  if (last === null || oldest === null || sealable === 0) return null;
  const young = Date.parse(oldest) > Date.now() - maxLagSeconds * 1000;
  const until = Date.now() + maxLagSeconds * 1000;
  while (!young) {
    const head = await withClient(admin, (client) => lastBlock(client));
    if (!isBehind({ transaction: last.transaction, id: 0n }, behind(head).after)) return null;
    if (Date.now() >= until)
      return `${sealable} rows wait for a seal, the oldest since ${oldest}: the sealer does not run (apg start or apg audit seal --watch)`;
    await delay(200);
  }
  return null;
}
