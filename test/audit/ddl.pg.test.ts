import { describe, expect, test } from "vitest";
import { recordingFaults } from "../../src/audit/verify/recording.ts";
import { withClient } from "../../src/postgres/connect.ts";
import { testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();

interface Event {
  tenant_id: string;
  schema_name: string;
  table_name: string;
  operation: string;
  row_key: string;
  new_values: { command: string; text?: string };
  user_name: string;
}

/** What the trail gains by statements that one transaction runs, one after the other; rolled back. */
async function eventsOf(...statements: string[]): Promise<Event[]> {
  return withClient(database.current.admin, async (client) => {
    await client.query("begin");
    try {
      const before = await client.query<{ id: bigint }>("select coalesce(max(id), 0) as id from audit.audit_log");
      for (const statement of statements) await client.query(statement);
      return (await client.query<Event>("select * from audit.audit_log where id > $1 order by id", [before.rows[0]?.id])).rows;
    } finally {
      await client.query("rollback");
    }
  });
}

const definition = (events: readonly Event[]) =>
  events.map(({ row_key, table_name, new_values }) => `${new_values.command} ${row_key} ${table_name}`);

describe("invariant 21: a change of the schema leaves its trace", () => {
  test("who switches a trigger off is recorded, with the statement", async () => {
    const text = "alter table cash_management.cm_banks disable trigger audit_update";
    expect(await eventsOf(text)).toMatchObject([
      {
        ...{ tenant_id: "*", schema_name: "cash_management", table_name: "cash_management.cm_banks", operation: "DDL", row_key: "table" },
        ...{ new_values: { command: "ALTER TABLE", text }, user_name: "postgres" },
      },
    ]);
  });

  test("also when the session plays replica to pass other triggers by", async () => {
    const events = await eventsOf(
      "set local session_replication_role = replica",
      "alter table cash_management.cm_banks disable trigger all",
    );
    expect(definition(events)).toEqual(["ALTER TABLE table cash_management.cm_banks"]);
  });

  test.each([
    ["create table cash_management.x (a integer)", "CREATE TABLE table cash_management.x"],
    ["drop policy tenant_isolation on cash_management.cm_banks", "DROP POLICY policy tenant_isolation on cash_management.cm_banks"],
    ["grant delete on cash_management.cm_banks to apg_readonly", "GRANT TABLE "],
    ["drop trigger audit_delete on cash_management.cm_banks", "DROP TRIGGER trigger audit_delete on cash_management.cm_banks"],
    ["alter table cash_management.cm_banks drop column bic", "ALTER TABLE table column cash_management.cm_banks.bic"],
    ["create schema sneaky", "CREATE SCHEMA schema sneaky"],
  ])("%s", async (statement, expected) => {
    expect(definition(await eventsOf(statement))).toContain(expected);
  });

  test("what is rolled back leaves nothing; a temporary table and a comment neither", async () => {
    expect(
      await eventsOf("create temporary table t (a integer)", "drop table t", "comment on table cash_management.cm_banks is 'x'"),
    ).toEqual([]);
  });

  test("a partition made by the upkeep is one event, not twenty", async () => {
    const events = await eventsOf("select maintenance.ensure_partitions('cash_management.cm_cash_flows', '2031-05-05', '2031-05-05')");
    expect(definition(events)).toEqual(["CREATE TABLE table cm_parts.cm_cash_flows_2031_05"]);
  });
});

describe("invariant 26: the text of a statement is kept only when it can hold no secret", () => {
  test.each([
    "create function cash_management.f() returns text language sql return 'the password'",
    "create table cash_management.x as select 'DE02120300000000202051'::text as iban",
    "do $$ begin create table cash_management.x (a integer); perform 'DE02120300000000202051'; end $$",
    "create table cash_management.x (a integer); select 'DE02120300000000202051'",
    "create table cash_management.x (a text default 'password')",
  ])("withheld: %s", async (statement) => {
    const events = await eventsOf(statement);
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expect(event.new_values.text).toBeUndefined();
  });

  test("a role's password leaves no trace at all", async () => {
    expect(
      await eventsOf("create role audit_test_role login password 'canary-1234'", "alter role audit_test_role password 'canary-5678'"),
    ).toEqual([]);
  });
});

test("a schema event cannot be forged by inserting one", async () => {
  for (const role of ["audit_owner", "cm_owner", "apg_user"])
    await withClient(database.current.admin, async (client) => {
      await client.query(`begin; set local role ${role}`);
      const forged = `insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values)
        values ('*', 'x', 'audit.record_ddl() line 1 at SQL statement', 'DDL', 'table', '{"command": "ALTER TABLE"}')`;
      await expect(client.query(forged)).rejects.toMatchObject({ code: "42501" });
      await client.query("rollback");
    });
});

test("an event trigger that is gone or switched off is a fault of recording", async () => {
  await withClient(database.current.admin, async (client) => {
    expect(await recordingFaults(client)).toEqual([]);
    await client.query("begin; alter event trigger audit_ddl disable; drop event trigger audit_drop");
    expect(await recordingFaults(client)).toEqual(["event trigger audit_ddl is switched off", "event trigger audit_drop is missing"]);
    await client.query("rollback");
  });
});
