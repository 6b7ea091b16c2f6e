import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll } from "vitest";
import { readHead, readRestore } from "../../src/audit/seals/head-file.ts";
import { sealAll } from "../../src/audit/seals/sealer.ts";
import { openSigningKey, type SigningKey } from "../../src/audit/seals/signing-key.ts";
import { type Verdict, type VerifyOptions, verifyTrail } from "../../src/audit/verify/verify.ts";
import { type Client, openPool, type Pool, withClient } from "../../src/postgres/connect.ts";
import type { TestDatabase } from "../helpers/postgres.ts";

/** The sealer of a test database: its own login, its key and its memory in a folder of the test file. */
export interface Sealing {
  readonly dataDir: string;
  readonly key: SigningKey;
  readonly pool: Pool;
  seal(maxRows?: number): Promise<number | null>;
  /** Until nothing is left: transactions of other databases of the cluster hold the oldest running one back too. */
  sealEverything(maxRows?: number): Promise<void>;
  verify(client: Client, options?: Partial<VerifyOptions>): Promise<Verdict>;
  /** What verification says after `tamper`, in a transaction that is rolled back; triggers are off, as a superuser can have them. */
  after(tamper: (client: Client) => Promise<unknown>, options?: Partial<VerifyOptions>): Promise<Verdict>;
}

export function testSealing(database: { readonly current: TestDatabase }): { readonly current: Sealing } {
  let sealing: (Sealing & { end(): Promise<void> }) | undefined;
  beforeAll(() => {
    sealing = open(database.current);
  });
  afterAll(() => sealing?.end());
  return {
    get current() {
      if (sealing === undefined) throw new Error("the sealer is there inside tests and hooks only");
      return sealing;
    },
  };
}

/** Always on, so that replication does not pass them by; a superuser switches them off, and on again. */
const guards = [
  "audit.audit_log audit_log_is_append_only",
  "audit.blocks blocks_are_append_only",
  "audit.block_leaves leaves_are_append_only",
  "audit.signing_keys signing_keys_are_append_only",
  "audit.key_rotations key_rotations_are_append_only",
  "audit.retirements retirements_are_append_only",
  "audit.personal_values personal_values_stay",
  "audit.personal_values personal_values_are_not_emptied",
];

function open(database: TestDatabase): Sealing & { end(): Promise<void> } {
  const dataDir = mkdtempSync(join(tmpdir(), "apg-test-audit-"));
  const key = openSigningKey({ dataDir });
  const pool = openPool({ url: database.url("apg_sealer"), applicationName: "apg test sealer", max: 2 });
  const verify = (client: Client, options: Partial<VerifyOptions> = {}) =>
    verifyTrail(client, { trusted: [key], known: readHead(dataDir), restore: readRestore(dataDir), ...options });
  return {
    dataDir,
    key,
    pool,
    seal: (maxRows) => sealAll(pool, { key: { dataDir }, dataDir, ...(maxRows === undefined ? {} : { maxRows }) }),
    async sealEverything(maxRows) {
      for (const until = Date.now() + 100_000; ; await delay(20)) {
        await this.seal(maxRows);
        const { unsealed } = await withClient(database.admin, (client) => verify(client));
        if (unsealed.rows === 0) return;
        if (Date.now() > until) throw new Error(`${unsealed.rows} rows cannot be sealed: a transaction of the cluster runs on`);
      }
    },
    verify,
    after: (tamper, options) =>
      withClient(database.admin, async (client) => {
        await client.query("begin");
        try {
          await client.query("set local session_replication_role = replica");
          await client.query("alter event trigger audit_ddl disable; alter event trigger audit_drop disable");
          for (const guard of guards) await client.query(`alter table ${guard.replace(" ", " disable trigger ")}`);
          await tamper(client);
          for (const guard of guards) await client.query(`alter table ${guard.replace(" ", " enable always trigger ")}`);
          await client.query("alter event trigger audit_ddl enable always; alter event trigger audit_drop enable always");
          return await verify(client, options);
        } finally {
          await client.query("rollback");
        }
      }),
    async end() {
      await pool.end();
      rmSync(dataDir, { recursive: true });
    },
  };
}
