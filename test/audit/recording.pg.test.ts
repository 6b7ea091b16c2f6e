import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import { beforeAll, describe, expect, test } from "vitest";
import { type Client, withClient } from "../../src/postgres/connect.ts";
import { tenantTransaction } from "../../src/postgres/transaction.ts";
import { accountOf, flowId, newFlow, seedTwoTenants } from "../database/seed.ts";
import { testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();
beforeAll(() => seedTwoTenants(database.current));

interface Entry {
  id: bigint;
  tenant_id: string;
  table_name: string;
  operation: string;
  row_key: string;
  actor: string | null;
  user_name: string;
  request_id: string | null;
  transaction_id: string;
  occurred_at: string;
}

/** What the trail gains by `work`, in a transaction of alpha as the application that is rolled back, and the transaction's id. */
async function entriesOf(
  work: (client: Client) => Promise<unknown>,
  login: "app" | "admin" = "app",
): Promise<{ entries: Entry[]; xid: string }> {
  let found: { entries: Entry[]; xid: string } | undefined;
  const context = { tenantId: "alpha", actor: "person:ada", requestId: "request-21" };
  await tenantTransaction(database.current[login], context, async ({ client }) => {
    const before = await client.query<{ id: bigint }>("select coalesce(max(id), 0) as id from audit.audit_log");
    await work(client);
    const after = await client.query<Entry>("select * from audit.audit_log where id > $1 order by id", [before.rows[0]?.id]);
    const own = await client.query<{ xid: string }>("select pg_current_xact_id()::text as xid");
    found = { entries: after.rows, xid: own.rows[0]?.xid ?? "" };
    throw new Error("roll back");
  }).catch((error: Error) => {
    if (error.message !== "roll back") throw error;
  });
  if (found === undefined) throw new Error("nothing was looked at");
  return found;
}

const done = (entries: readonly Entry[]) => entries.map(({ operation, table_name }) => `${operation} ${table_name}`);
const bank = "insert into cash_management.cm_banks (tenant_id, id, name, bic) values ('alpha', 'ba000000-0000-4000-8000-00000000000";

describe("invariant 21: exactly one entry a changed row, in the same transaction", () => {
  test.each<[string, string[], string[]]>([
    [
      "several rows of one insert",
      [`${bank}1', 'A', null), ('alpha', 'ba000000-0000-4000-8000-000000000002', 'B', null)`],
      ["INSERT", "INSERT"],
    ],
    ["an insert that meets a row and does nothing", [`${bank}1', 'A', null)`, `${bank}1', 'A', null) on conflict do nothing`], ["INSERT"]],
    [
      "an insert that meets a row and changes it",
      [`${bank}1', 'A', null)`, `${bank}1', 'A', null) on conflict (tenant_id, id) do update set name = 'B'`],
      ["INSERT", "UPDATE"],
    ],
    [
      "an insert that meets a row and changes nothing of it",
      [`${bank}1', 'A', null)`, `${bank}1', 'A', null) on conflict (tenant_id, id) do update set name = excluded.name`],
      ["INSERT"],
    ],
    [
      "a merge: one row changed, one added",
      [
        `${bank}1', 'A', null)`,
        `merge into cash_management.cm_banks as bank
         using (values ('ba000000-0000-4000-8000-000000000001'::uuid, 'B'), ('ba000000-0000-4000-8000-000000000002'::uuid, 'C')) as new (id, name)
         on bank.tenant_id = 'alpha' and bank.id = new.id
         when matched then update set name = new.name
         when not matched then insert (tenant_id, id, name) values ('alpha', new.id, new.name)`,
      ],
      ["INSERT", "INSERT", "UPDATE"],
    ],
    ["a write inside a query", [`with added as (${bank}1', 'A', null) returning 1) select * from added`], ["INSERT"]],
    ["an update that changes nothing", [`${bank}1', 'A', null)`, "update cash_management.cm_banks set name = name"], ["INSERT"]],
    [
      "an update twice in one transaction",
      [`${bank}1', 'A', null)`, "update cash_management.cm_banks set name = 'B'", "update cash_management.cm_banks set name = 'C'"],
      ["INSERT", "UPDATE", "UPDATE"],
    ],
    [
      "what a savepoint takes back",
      [`${bank}1', 'A', null)`, "savepoint s", "update cash_management.cm_banks set name = 'B'", "rollback to s"],
      ["INSERT"],
    ],
  ])("%s", async (_name, statements, operations) => {
    const { entries, xid } = await entriesOf(async (client) => {
      for (const statement of statements) await client.query(statement);
    });
    expect(done(entries).sort()).toEqual(operations.map((operation) => `${operation} cm_banks`).sort());
    for (const entry of entries)
      expect(entry).toMatchObject({
        ...{ tenant_id: "alpha", actor: "person:ada", request_id: "request-21", user_name: "apg_user", transaction_id: xid },
      });
  });

  test("COPY leaves an entry for each row", async () => {
    const { entries } = await entriesOf(
      (client) =>
        pipeline(
          Readable.from(["alpha\tFrom a file\nalpha\tAnother\n"]),
          client.query(copyFrom("copy cash_management.cm_banks (tenant_id, name) from stdin")),
        ),
      "admin",
    );
    expect(done(entries)).toEqual(["INSERT cm_banks", "INSERT cm_banks"]);
    expect(entries[0]).toMatchObject({ actor: "person:ada", user_name: "postgres" });
  });

  test("a row written through the table or through its partition leaves one entry under the table's name", async () => {
    const id = flowId("2026-03-09", 77);
    const write = newFlow.replace("cash_management.cm_cash_flows", "cm_parts.cm_cash_flows_2026_03");
    for (const statement of [newFlow, write]) {
      const { entries } = await entriesOf((client) => client.query(statement, ["alpha", id, accountOf("alpha"), "2026-03-09", 5]), "admin");
      expect(done(entries)).toEqual(["INSERT cm_cash_flows"]);
      expect(entries[0]?.row_key).toContain(id);
    }
  });

  test("ids and times of one transaction only rise", async () => {
    const { entries } = await entriesOf(async (client) => {
      for (let index = 1; index <= 9; index += 1) await client.query(`${bank}${index}', 'A', null)`);
    });
    expect(entries).toHaveLength(9);
    const times = entries.map(({ occurred_at }) => occurred_at);
    expect(times).toEqual([...times].sort());
    expect(new Set(times).size).toBe(9);
  });
});

test("invariant 22: who acts is the verified context; setting a variable changes nothing", async () => {
  const { entries } = await entriesOf(async (client) => {
    await client.query("select set_config('app.actor', 'person:mallory', true), set_config('app.request_id', 'forged', true)");
    await client.query(`${bank}1', 'A', null)`);
  });
  expect(entries).toMatchObject([{ actor: "person:ada", request_id: "request-21", user_name: "apg_user" }]);
});

test("invariant 25: rows that replication or a restore brings leave no entry", async () => {
  const { entries } = await entriesOf(async (client) => {
    await client.query("set local session_replication_role = replica");
    await client.query(`${bank}1', 'A', null)`);
    await client.query("update cash_management.cm_banks set name = 'B' where tenant_id = 'alpha'");
    await client.query("delete from cash_management.cm_banks where tenant_id = 'alpha'");
  }, "admin");
  expect(entries).toEqual([]);
});

test("invariant 25: the trail itself can be brought back as it was", async () => {
  await withClient(database.current.admin, async (client) => {
    await client.query("begin; set local session_replication_role = replica");
    const copied = await client.query(
      `insert into audit.audit_log
       select tenant_id, id + 1000000, occurred_at, transaction_id, schema_name, table_name, operation, row_key, row_count, digest, old_values,
         new_values, actor, request_id, user_name, client_address
       from audit.audit_log`,
    );
    expect(copied.rowCount).toBeGreaterThan(3);
    await client.query("rollback");
  });
});

test("the trail is kept for seven years at least, by months", async () => {
  const policy = await database.current.admin.query(
    "select granularity, retention_months >= 84 as long_enough from maintenance.partition_policies where parent = 'audit.audit_log'",
  );
  expect(policy.rows).toEqual([{ granularity: "month", long_enough: true }]);
});
