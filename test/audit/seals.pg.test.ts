import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openSigningKey } from "../../src/audit/seals/signing-key.ts";
import { rowTextSql } from "../../src/audit/verify/row-stream.ts";
import { withClient } from "../../src/postgres/connect.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { asTenant, testDatabase } from "../helpers/postgres.ts";
import { testSealing } from "./sealing.ts";

const database = testDatabase();
const sealing = testSealing(database);
beforeAll(() => seedTwoTenants(database.current));

const addBanks = (count: number, name = "Bank") =>
  asTenant(database.current, "alpha", (tx) =>
    tx.query("insert into cash_management.cm_banks (tenant_id, name) select 'alpha', $2 || i from generate_series(1, $1::int) as i", [
      count,
      name,
    ]),
  );
const verify = () => withClient(database.current.admin, (client) => sealing.current.verify(client));
const head = async () =>
  (await database.current.admin.query("select * from audit.blocks order by number desc limit 1")).rows[0] as {
    number: bigint;
    row_count: bigint;
    upto_transaction: string;
  };

test("an empty chain has nothing to say against, and says that all rows are unsealed", async () => {
  const verdict = await verify();
  expect(verdict).toMatchObject({ intact: true, blocks: 0, rows: 0, head: null });
  expect(verdict.unsealed.rows).toBeGreaterThan(5);
});

test("what was written is sealed, signed and verified, row by row", async () => {
  await sealing.current.sealEverything();
  const count = await database.current.admin.query<{ rows: bigint }>("select count(*) as rows from audit.audit_log");
  expect(await verify()).toMatchObject({
    ...{ intact: true, faults: [], notes: [], forks: [], unsealed: { rows: 0 } },
    rows: Number(count.rows[0]?.rows),
  });
  expect(await sealing.current.seal()).toBe(0);
});

test("a burst becomes blocks of limited size, chained without a gap", async () => {
  const before = (await head()).number;
  await addBanks(250, "Burst ");
  await sealing.current.sealEverything(100);
  const blocks = await database.current.admin.query<{ row_count: bigint }>(
    "select row_count from audit.blocks where number > $1 order by number",
    [before],
  );
  expect(blocks.rows.map((row) => row.row_count).slice(0, 2)).toEqual([100n, 100n]);
  expect(blocks.rows.reduce((sum, row) => sum + row.row_count, 0n)).toBe(250n);
  expect(await verify()).toMatchObject({ intact: true, faults: [] });
});

test("rows of a transaction that still runs, and all behind it, wait: a late commit does not slip in below a seal", async () => {
  await sealing.current.sealEverything();
  await withClient(database.current.admin, async (slow) => {
    await slow.query("begin; insert into cash_management.cm_banks (tenant_id, name) values ('alpha', 'Slow')");
    await addBanks(3, "Quick ");
    expect(await sealing.current.seal()).toBe(0);
    expect((await verify()).unsealed).toMatchObject({ rows: 3, sealable: 0 });
    await slow.query("commit");
  });
  await sealing.current.sealEverything();
  expect(await verify()).toMatchObject({ intact: true, unsealed: { rows: 0 } });
});

test("what is rolled back leaves a gap in the ids and none in the chain", async () => {
  await withClient(database.current.admin, async (client) => {
    await client.query("begin; insert into cash_management.cm_banks (tenant_id, name) values ('alpha', 'Never')");
    await client.query("rollback");
  });
  await addBanks(1, "After the gap ");
  await sealing.current.sealEverything();
  expect(await verify()).toMatchObject({ intact: true });
});

test("two sealers at once make one chain", async () => {
  for (let round = 0; round < 5; round += 1) {
    await addBanks(20, `Round ${round} `);
    await Promise.all([sealing.current.seal(7), sealing.current.seal(7)]);
  }
  await sealing.current.sealEverything();
  expect(await verify()).toMatchObject({ intact: true, unsealed: { rows: 0 } });
});

test("invariant 24: a detached partition is still part of the trail", async () => {
  const part = await database.current.admin.query<{ name: string }>("select tableoid::regclass::text as name from audit.audit_log limit 1");
  const name = part.rows[0]?.name ?? "";
  const verdict = await sealing.current.after((client) => client.query(`alter table audit.audit_log detach partition ${name}`));
  expect(verdict.faults.filter((fault) => fault.kind !== "recording_off")).toEqual([]);
  expect(verdict.rows).toBeGreaterThan(300);
});

test("the row's text of the database is the one of verification", async () => {
  const result = await database.current.admin.query(
    `select from audit.audit_log as entry where audit.row_text(entry) is distinct from ${rowTextSql}`,
  );
  expect(result.rowCount).toBe(0);
  const columns = await database.current.admin.query<{ columns: bigint; parts: number }>(
    `select count(*) as columns, (select json_array_length(audit.row_text(entry)::json) from audit.audit_log as entry limit 1) as parts
     from pg_attribute where attrelid = 'audit.audit_log'::regclass and attnum > 0 and not attisdropped`,
  );
  expect(columns.rows[0]?.columns, "a column that is not sealed could be changed unseen").toBe(BigInt(columns.rows[0]?.parts ?? 0));
});

describe("the sealer's rights", () => {
  test.each([
    "select from audit.audit_log",
    "select from audit.block_leaves",
    "select from audit.blocks",
    "insert into audit.blocks select * from audit.seal_head()",
    "update audit.blocks set reason = 'x'",
    "delete from audit.block_leaves",
    "select from cash_management.cm_banks",
    "select audit.row_text(null)",
  ])("it is refused: %s", async (attempt) => {
    await expect(sealing.current.pool.query(attempt)).rejects.toMatchObject({ code: "42501" });
  });

  test("a block that does not follow the last one is refused, also from the sealer", async () => {
    await expect(
      sealing.current.pool.query("select audit.append_block(head, '\\x00'::bytea, ''::bytea) from audit.seal_head() as head"),
    ).rejects.toThrow(/does not follow block/);
  });

  test.each(["apg_user", "apg_readonly_user", "apg_admin", "monitoring", "cm_owner"])(
    "%s seals nothing and changes no block",
    async (role) => {
      for (const attempt of [
        "select audit.append_block(null, null, null)",
        "update audit.blocks set row_count = 0",
        "delete from audit.blocks",
        "insert into audit.signing_keys (key_id, public_key) values ('0123456789abcdef', '-----BEGIN PUBLIC KEY-----')",
      ])
        await withClient(database.current.admin, async (client) => {
          await client.query(`begin; set local role ${role}`);
          await expect(client.query(attempt)).rejects.toMatchObject({ code: "42501" });
          await client.query("rollback");
        });
    },
  );

  test("blocks, leaves and keys are append-only for the superuser too", async () => {
    for (const table of ["audit.blocks", "audit.block_leaves", "audit.signing_keys"]) {
      await expect(database.current.admin.query(`delete from ${table}`)).rejects.toThrow("append-only");
      await expect(database.current.admin.query(`truncate ${table} cascade`)).rejects.toThrow("append-only");
    }
  });
});

describe("the key", () => {
  test("it lies outside the database, for its owner alone", () => {
    expect(statSync(join(sealing.current.dataDir, "secrets/audit-signing-key.pem")).mode & 0o777).toBe(0o600);
  });

  test("no private key is in the database", async () => {
    const pem = readFileSync(join(sealing.current.dataDir, "secrets/audit-signing-key.pem"), "utf8");
    const secret = pem.split("\n")[1] ?? "";
    const found = await database.current.admin.query("select from audit.signing_keys where public_key like '%' || $1 || '%'", [secret]);
    expect(found.rowCount).toBe(0);
    expect(secret.length).toBeGreaterThan(40);
  });

  test("a file that others may read, or that a setting names and is not there, is refused", () => {
    expect(() => openSigningKey({ dataDir: sealing.current.dataDir, file: "/nonexistent/key.pem" })).toThrow(/is not there/);
  });
});
