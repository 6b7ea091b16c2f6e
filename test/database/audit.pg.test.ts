import { beforeAll, describe, expect, test } from "vitest";
import { tenantTransaction } from "../../src/postgres/transaction.ts";
import { asReader, asTenant, enterTenant, testDatabase } from "../helpers/postgres.ts";
import { accountOf, flowId, newFlow, seedTwoTenants } from "./seed.ts";

const database = testDatabase();
beforeAll(() => seedTwoTenants(database.current));

interface Trail {
  table_name: string;
  operation: string;
  row_key: string | null;
  row_count: bigint;
  old_values: Record<string, unknown> | null;
  new_values: Record<string, unknown> | null;
  actor: string | null;
  user_name: string;
}

/** What the trail of alpha gained while `work` ran. */
async function trailOf(work: () => Promise<unknown>): Promise<Trail[]> {
  const before = await last();
  await work();
  const result = await database.current.admin.query<Trail>("select * from audit.audit_log where id > $1 order by id", [before]);
  return result.rows;
}

async function last(): Promise<bigint> {
  const result = await database.current.admin.query<{ id: bigint }>("select coalesce(max(id), 0) as id from audit.audit_log");
  return result.rows[0]?.id ?? 0n;
}

const inAlpha = (sql: string, values: unknown[] = []) => asTenant(database.current, "alpha", (tx) => tx.query(sql, values));

describe("a change leaves its trace (invariant 21)", () => {
  test("an insert leaves the row, the actor and the login, in the same transaction", async () => {
    const rows = await trailOf(() => inAlpha("insert into cash_management.cm_banks (tenant_id, name) values ('alpha', 'First Bank')"));
    expect(rows).toMatchObject([{ table_name: "cm_banks", operation: "INSERT", actor: "test", user_name: "apg_user", old_values: null }]);
    expect(rows[0]?.new_values).toMatchObject({ name: "First Bank" });
  });

  test("an update leaves the changed columns and no other", async () => {
    const rows = await trailOf(() => inAlpha("update cash_management.cm_entities set country = 'DE' where tenant_id = 'alpha'"));
    expect(rows).toEqual([]);
    await inAlpha("insert into cash_management.cm_entities (tenant_id, code, name) values ('alpha', 'HQ', 'Alpha')");
    const changed = await trailOf(() => inAlpha("update cash_management.cm_entities set country = 'DE' where tenant_id = 'alpha'"));
    expect(changed).toHaveLength(1);
    expect(Object.keys(changed[0]?.new_values ?? {}).sort()).toEqual(["country", "updated_at"]);
    expect(changed[0]?.old_values).toMatchObject({ country: null });
  });

  test("an update that changes nothing leaves nothing", async () => {
    expect(await trailOf(() => inAlpha("update cash_management.cm_cash_accounts set name = name where tenant_id = 'alpha'"))).toEqual([]);
  });

  test("what is rolled back leaves nothing", async () => {
    const rows = await trailOf(() =>
      asTenant(database.current, "alpha", async (tx) => {
        await tx.query("insert into cash_management.cm_banks (tenant_id, name) values ('alpha', 'Gone')");
        throw new Error("never mind");
      }).catch(() => {}),
    );
    expect(rows).toEqual([]);
  });

  test("a row of a partitioned table is recorded under the table's own name", async () => {
    const id = flowId("2026-05-05", 7);
    const rows = await trailOf(() => inAlpha(newFlow, ["alpha", id, accountOf("alpha"), "2026-05-05", 5]));
    expect(rows).toMatchObject([{ table_name: "cm_cash_flows", operation: "INSERT" }]);
    expect(rows[0]?.row_key).toContain(id);
  });

  test("the owner who names a partition is recorded as well", async () => {
    const rows = await trailOf(() =>
      database.current.admin.query("update cm_parts.cm_cash_flows_2026_03 set certainty = 85 where tenant_id = 'alpha'"),
    );
    expect(rows).toMatchObject([{ table_name: "cm_cash_flows", operation: "UPDATE", actor: null, user_name: "postgres" }]);
    expect(rows[0]?.new_values).toMatchObject({ certainty: 85 });
  });

  test("each row of a delete, and a truncate, leave their trace", async () => {
    const rows = await trailOf(async () => {
      await database.current.admin.query("delete from cash_management.cm_banks where tenant_id = 'alpha'");
      await database.current.admin.query("truncate cash_management.cm_calendar_days");
    });
    expect(rows).toMatchObject([
      { table_name: "cm_banks", operation: "DELETE", new_values: null },
      { table_name: "cm_calendar_days", operation: "TRUNCATE", tenant_id: "*" },
    ]);
  });

  test("a thousand flows of one statement leave an image each, more leave one digest over all", async () => {
    const bulk = (from: number, to: number) =>
      inAlpha(
        `insert into cash_management.cm_cash_flows
           (tenant_id, id, account_id, amount_minor, currency, transaction_date, value_date, certainty, source)
         select 'alpha', ('00259f00-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, $1, i, 'EUR', d, d, 90, 'statement'
         from generate_series($2::int, $3::int) as i, cash_management.day_of_id('00259f00-0000-4000-8000-000000000000') as d`,
        [accountOf("alpha"), from, to],
      );
    expect(await trailOf(() => bulk(1, 1000))).toHaveLength(1000);
    const batch = await trailOf(() => bulk(2000, 4000));
    expect(batch).toMatchObject([{ operation: "INSERT", row_count: 2001n, row_key: null, new_values: null }]);
    const { rows } = await database.current.admin.query<{ columns: string }>(
      "select audit.digested_columns('cash_management.cm_cash_flows', '{}') as columns",
    );
    const again = await database.current.admin.query<{ same: boolean }>(
      `select (select digest from audit.audit_log order by id desc limit 1) = sha256(string_agg(hash, '' order by hash)) as same
       from (
         select sha256(convert_to(row(${rows[0]?.columns})::text, 'UTF8')) as hash
         from cash_management.cm_cash_flows as flow
         where tenant_id = 'alpha' and amount_minor >= 2000 and amount_minor <= 4000
       ) as hashed`,
    );
    expect(again.rows[0]?.same).toBe(true);
  });
});

test("a secret that changes is recorded as changed and not as what it is (invariant 26)", async () => {
  const rows = await trailOf(() =>
    inAlpha("update cash_management.cm_people set password_hash = '$argon2id$other' where tenant_id = 'alpha'"),
  );
  expect(rows[0]?.old_values).toMatchObject({ password_hash: "(redacted)" });
  expect(rows[0]?.new_values).toMatchObject({ password_hash: "(redacted)" });
  const leaked = await database.current.admin.query("select from audit.audit_log where audit_log::text like '%argon2id%'");
  expect(leaked.rowCount).toBe(0);
});

test("an actor that was not given is recorded as missing, never as the owner of the trail (invariant 22)", async () => {
  const rows = await trailOf(() =>
    asTenantWithoutActor("insert into cash_management.cm_banks (tenant_id, name) values ('alpha', 'No actor')"),
  );
  expect(rows).toMatchObject([{ actor: null, user_name: "apg_user" }]);
});

async function asTenantWithoutActor(sql: string): Promise<void> {
  await tenantTransaction(database.current.app, { tenantId: "alpha", actor: "" }, (tx) => tx.query(sql));
}

describe("nobody rewrites the trail (invariant 23)", () => {
  const forgery = "insert into audit.audit_log (tenant_id, schema_name, table_name, operation) values ('*', 'x', 'x', 'TRUNCATE')";
  const attempts = [forgery, "update audit.audit_log set actor = 'bob'", "delete from audit.audit_log", "truncate audit.audit_log"];
  const roles = ["apg_user", "apg_readonly_user", "apg_admin", "monitoring", "cm_owner", "audit_owner", "backup_user"];

  const changes = [
    ...["disable trigger all", "disable trigger audit_log_is_append_only", "no force row level security", "add column more text"],
    ...["owner to cm_owner", "drop constraint operation_is_known"],
  ];

  for (const role of roles)
    test.each(attempts)(`${role} is refused: %s`, async (attempt) => {
      const client = await database.current.admin.connect();
      try {
        await client.query("begin");
        await enterTenant(client, "alpha");
        await client.query(`set local role ${role}`);
        await expect(client.query(attempt)).rejects.toMatchObject({ code: "42501" });
      } finally {
        await client.query("rollback");
        client.release();
      }
    });

  test.each(roles.filter((role) => role !== "audit_owner"))(
    "%s alters nothing of it and switches no trigger off, whole or part",
    async (role) => {
      const client = await database.current.admin.connect();
      try {
        await client.query("begin");
        const parts = await client.query<{ part: string }>(
          "select relid::regclass::text as part from pg_partition_tree('audit.audit_log')",
        );
        expect(parts.rows.length).toBeGreaterThan(10);
        await client.query(`set local role ${role}`);
        for (const { part } of parts.rows)
          for (const sql of [
            ...changes.map((change) => `alter table ${part} ${change}`),
            // Who owns a schema may drop what stands in it: cm_owner, whom nobody can become; verification finds that.
            ...(role === "cm_owner" ? [] : [`drop table ${part}`]),
            ...[`create rule r as on insert to ${part} do instead nothing`],
          ]) {
            await client.query("savepoint attempt");
            await expect(client.query(sql), sql).rejects.toMatchObject({ code: "42501" });
            await client.query("rollback to savepoint attempt");
          }
      } finally {
        await client.query("rollback");
        client.release();
      }
    },
  );

  test("nobody signs in as its owner or can become it, but the superuser, whom verification finds", async () => {
    const { rows } = await database.current.admin.query(
      `select rolcanlogin, (select count(*) from pg_auth_members where roleid = pg_roles.oid) as members
       from pg_roles where rolname = 'audit_owner'`,
    );
    expect(rows).toEqual([{ rolcanlogin: false, members: 0n }]);
  });

  test("a partition of it is as closed as the whole, even for the superuser", async () => {
    const parts = await database.current.admin.query<{ part: string }>(
      "select relid::text as part from pg_partition_tree('audit.audit_log') where isleaf",
    );
    expect(parts.rows.length).toBeGreaterThan(0);
    for (const { part } of parts.rows) {
      await expect(database.current.admin.query(`delete from ${part}`)).rejects.toThrow("append-only");
      await expect(database.current.admin.query(`truncate ${part}`)).rejects.toThrow("append-only");
      await expect(database.current.admin.query(`update ${part} set actor = null`)).rejects.toThrow("append-only");
    }
  });
});

describe("who reads the trail (invariant 27)", () => {
  test("a tenant reads its own rows", async () => {
    const seen = await asReader(database.current, "beta", (tx) =>
      tx.query<{ tenant_id: string }>("select distinct tenant_id from audit.audit_log"),
    );
    expect(seen.rows).toEqual([{ tenant_id: "beta" }]);
  });

  test("apg_admin reads all", async () => {
    const client = await database.current.admin.connect();
    try {
      await client.query("begin; set local role apg_admin");
      const seen = await client.query<{ tenant_id: string }>("select distinct tenant_id from audit.audit_log order by tenant_id");
      expect(seen.rows.map((row) => row.tenant_id)).toEqual(expect.arrayContaining(["alpha", "beta"]));
    } finally {
      await client.query("rollback");
      client.release();
    }
  });
});
