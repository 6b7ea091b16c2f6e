import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archiveFault, digestOfFile } from "../../src/audit/retire/archive.ts";
import { retentionPolicy, trailParts } from "../../src/audit/retire/candidates.ts";
import { readRetirement, signRetirement } from "../../src/audit/retire/record.ts";
import { type Retired, retirePart } from "../../src/audit/retire/retire.ts";
import { type Client, withClient } from "../../src/postgres/connect.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { testDatabase } from "../helpers/postgres.ts";
import { testSealing } from "./sealing.ts";

const database = testDatabase();
const sealing = testSealing(database);
const archiveFolder = mkdtempSync(join(tmpdir(), "apg-test-retire-"));
afterAll(() => rmSync(archiveFolder, { recursive: true }));
const admin = () => database.current.admin;

/** Rows of two months of long ago and of today in turns, so that blocks have rows of several partitions. */
async function writeHistory(client: Client, rounds: number): Promise<void> {
  await client.query("begin; set local session_replication_role = replica");
  await client.query(
    `with entries as (
       select nextval('audit.audit_log_id') as id, round, moment, sha256(int4send(round)) as salt, jsonb_build_object('name', 'Person ' || round, 'role', 'x') as image
       from generate_series(1, $1::int) as round
       cross join unnest(array['2014-03-05 12:00Z', '2014-04-30 23:59:59Z', now()::text]::timestamptz[]) as moment
     ),
     apart as (
       insert into audit.personal_values (tenant_id, entry_id, occurred_at, salt, new_values)
       select 'alpha', id, moment, salt, audit.personal_of(image, '{name}') from entries
     )
     insert into audit.audit_log (id, tenant_id, occurred_at, schema_name, table_name, operation, row_key, new_values)
     select id, 'alpha', moment, 'cash_management', 'cm_people', 'INSERT', 'p' || round, audit.without_personal(image, '{name}', 'new', salt)
     from entries`,
    [rounds],
  );
  await client.query("commit");
}

beforeAll(async () => {
  await seedTwoTenants(database.current);
  await admin().query(
    `select maintenance.ensure_range('audit.audit_log', 'audit.audit_log', policy, date '2014-03-01', date '2014-05-31')
     from maintenance.partition_policies as policy where parent = 'audit.audit_log'`,
  );
  for (let round = 0; round < 3; round += 1) {
    await withClient(admin(), (client) => writeHistory(client, 7));
    await sealing.current.sealEverything(10);
  }
});

const verify = () => withClient(admin(), (client) => sealing.current.verify(client));
const candidate = async (part: string) => {
  const found = (await trailParts(admin())).find((each) => each.part === part);
  if (found === undefined) throw new Error(`no partition ${part}`);
  return found;
};
const retire = async (part: string): Promise<Retired> =>
  retirePart(admin(), await candidate(part), {
    ...{ key: sealing.current.key, trusted: [sealing.current.key], archiveFolder, keptMonths: 120 },
    ...{ actor: "command:ada", reason: "the retention policy" },
  });
const parts = async () => (await trailParts(admin())).map(({ part }) => part).filter((part) => part.includes("2014"));

describe("invariant 36: nothing is retired that must stay", () => {
  test("a row that is not sealed", async () => {
    await withClient(admin(), (client) => writeHistory(client, 1));
    await expect(retire("audit_log_2014_03")).rejects.toMatchObject({ code: "audit_not_sealed" });
    await sealing.current.sealEverything(10);
  });

  test("a row that is not what was sealed, and a block that was changed", async () => {
    const attempt = async (sql: string) =>
      withClient(admin(), async (client) => {
        await client.query("begin");
        try {
          await client.query("set local session_replication_role = replica");
          await client.query("alter table audit.audit_log disable trigger audit_log_is_append_only");
          await client.query("alter table audit.block_leaves disable trigger leaves_are_append_only");
          await client.query(sql);
          // Within the transaction that is rolled back: on the same connection.
          const pool = { connect: async () => Object.assign(Object.create(client), { query: nested(client), release: () => {} }) };
          return await retirePart(pool as never, await candidate("audit_log_2014_03"), {
            ...{ key: sealing.current.key, trusted: [sealing.current.key], archiveFolder, keptMonths: 120, actor: "x", reason: "x" },
          }).catch((error: { code: string }) => error.code);
        } finally {
          await client.query("rollback");
        }
      });
    expect(await attempt("update audit.audit_log set actor = 'forged' where occurred_at < '2014-04-01'")).toBe("audit_not_intact");
    expect(await attempt("update audit.block_leaves set salt = sha256(salt)")).toBe("audit_not_intact");
    expect(await parts()).toContain("audit_log_2014_03");
  });

  test("while a tenant is on legal hold", async () => {
    await admin().query("update cash_management.cm_tenants set legal_hold = true, legal_hold_reason = 'case 17' where tenant_id = 'beta'");
    expect(await retentionPolicy(admin())).toMatchObject({ keptMonths: 120, onHold: true });
    await expect(retire("audit_log_2014_03")).rejects.toThrow("legal hold");
    await admin().query("update cash_management.cm_tenants set legal_hold = false, legal_hold_reason = null where tenant_id = 'beta'");
    await sealing.current.sealEverything();
  });

  test("the database refuses by itself: a young month, one that is none, another count, another role", async () => {
    const young = (await trailParts(admin())).at(-1)?.part;
    const call = (part: string, rows = 0) =>
      admin().query("select audit.retire_partition($1, $2, 'apg-audit-retired-1', $3, $4)", [
        part,
        rows,
        Buffer.alloc(64),
        sealing.current.key.id,
      ]);
    await expect(call(young ?? "")).rejects.toThrow("is kept longer");
    await expect(call("audit_log")).rejects.toThrow("is no partition of the audit trail");
    await expect(call("cm_cash_flows_2014_03")).rejects.toThrow("is no partition of the audit trail");
    await expect(call("audit_log_2014_03", 1)).rejects.toThrow("rows, not 1");
    for (const role of ["apg_user", "apg_readonly_user", "monitoring", "apg_sealer", "cm_owner"])
      await withClient(admin(), async (client) => {
        await client.query(`begin; set local role ${role}`);
        await expect(client.query("select audit.retire_partition('audit_log_2014_03', 0, 'x', '', 'x')")).rejects.toMatchObject({
          code: "42501",
        });
        await client.query("rollback");
      });
    expect(await parts()).toEqual(["audit_log_2014_03", "audit_log_2014_04", "audit_log_2014_05"]);
  });
});

describe("invariant 37: a retired month", () => {
  let retired: Retired;
  let before: bigint;
  beforeAll(async () => {
    const { rows } = await admin().query<{ count: bigint }>("select count(*) as count from cm_parts.audit_log_2014_03");
    before = rows[0]?.count ?? 0n;
    retired = await retire("audit_log_2014_03");
    await sealing.current.sealEverything();
  });

  test("is gone, with what it said of people, and the months beside it stay", async () => {
    expect(await parts()).toEqual(["audit_log_2014_04", "audit_log_2014_05"]);
    const { rows } = await admin().query<{ gone: bigint; kept: bigint }>(
      `select count(*) filter (where occurred_at < '2014-04-01') as gone, count(*) filter (where occurred_at < '2014-05-01') as kept
       from audit.personal_values`,
    );
    expect(rows).toEqual([{ gone: 0n, kept: before }]);
  });

  test("invariant 24: verifies as retired by policy, and not as tampering", async () => {
    const verdict = await verify();
    expect(verdict).toMatchObject({ intact: true, faults: [] });
    expect(verdict.retired).toMatchObject([
      { part: "audit_log_2014_03", rows: Number(before), by: "command:ada", from: "2014-03-01T00:00:00Z", to: "2014-04-01T00:00:00Z" },
    ]);
    expect(retired.retirement.blocks.length).toBeGreaterThan(3);
  });

  test("has an archive of all its rows, which gives what the record signs", async () => {
    const { retirement, archive } = retired;
    expect(await digestOfFile(archive.path)).toBe(retirement.archive);
    expect(await archiveFault(archive.path, retirement.blocks)).toBeNull();
    const lines = gunzipSync(readFileSync(archive.path)).toString("utf8").trim().split("\n");
    expect(lines).toHaveLength(Number(before));
    const other = join(archiveFolder, "changed.gz");
    const write = (changed: readonly string[]) => writeFileSync(other, gzipSync(`${changed.join("\n")}\n`));
    write(lines.with(3, (lines[3] ?? "").replace("INSERT", "DELETE")));
    expect(await archiveFault(other, retirement.blocks)).toMatch(/rows of block \d+ are not those that were sealed/);
    write(lines.slice(0, -1));
    expect(await archiveFault(other, retirement.blocks)).toMatch(/rows of block/);
    write([...lines, lines[0] ?? ""]);
    expect(await archiveFault(other, retirement.blocks)).toMatch(/rows of block/);
    writeFileSync(other, readFileSync(archive.path).subarray(0, -20));
    expect(await archiveFault(other, retirement.blocks)).toMatch(/cannot be read/);
  });

  test("stands in the trail: who retired what, and that the table was dropped", async () => {
    const { rows } = await admin().query(
      "select table_name, operation from audit.audit_log where tenant_id = '*' and (table_name = 'retirements' or operation = 'DDL' and table_name like '%audit_log_2014_03') order by 1",
    );
    expect(rows).toContainEqual({ table_name: "retirements", operation: "INSERT" });
    expect(rows).toContainEqual({ table_name: "cm_parts.audit_log_2014_03", operation: "DDL" });
  });

  test("the record is append-only, for the superuser too", async () => {
    await expect(admin().query("delete from audit.retirements")).rejects.toThrow("append-only");
    await expect(admin().query("update audit.retirements set row_count = 0")).rejects.toThrow("append-only");
  });
});

describe("invariant 23: tampering around retirement is found", () => {
  const faults = async (tamper: (client: Client) => Promise<unknown>) =>
    (await sealing.current.after(tamper)).faults.map(({ kind }) => kind);

  test("a month dropped without a record", async () => {
    expect(await faults((client) => client.query("drop table cm_parts.audit_log_2014_04"))).toContain("row_removed");
  });

  test("the record of a retired month removed", async () => {
    expect(await faults((client) => client.query("delete from audit.retirements"))).toContain("row_removed");
  });

  test("a record changed, so that it excuses more", async () => {
    const found = await faults(async (client) => {
      await client.query("drop table cm_parts.audit_log_2014_04");
      await client.query("update audit.retirements set statement = replace(statement, 'from 2014-03', 'from 2014-01')");
    });
    expect(found).toEqual(expect.arrayContaining(["retirement_wrong", "row_removed"]));
  });

  test("a record of one's own, signed with a key of one's own", async () => {
    const found = await faults(async (client) => {
      const { rows } = await client.query<{ statement: string }>("select statement from audit.retirements");
      const read = readRetirement(rows[0]?.statement ?? "");
      if (read === null) throw new Error("no record");
      const { generateKeyPairSync } = await import("node:crypto");
      const signed = signRetirement(read, generateKeyPairSync("ed25519"));
      await client.query("update audit.retirements set signature = $1", [Buffer.from(signed.signature, "hex")]);
    });
    expect(found).toEqual(expect.arrayContaining(["retirement_wrong", "row_removed"]));
  });

  test("a row of another month taken away under the cover of a retired one", async () => {
    expect(
      await faults((client) =>
        client.query("delete from audit.audit_log where id = (select min(id) from audit.audit_log where occurred_at < '2014-05-01')"),
      ),
    ).toEqual(["row_removed"]);
  });
});

/** A client whose transactions are savepoints of the one it is in. */
function nested(client: Client): Client["query"] {
  const savepoint = (text: unknown) =>
    text === "begin isolation level repeatable read"
      ? "savepoint inner_one"
      : text === "rollback"
        ? "rollback to savepoint inner_one"
        : text;
  return ((text: unknown, ...rest: unknown[]) =>
    (client.query as (...all: unknown[]) => unknown).call(client, savepoint(text), ...rest)) as Client["query"];
}
