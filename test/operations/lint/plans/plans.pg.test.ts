import { beforeAll, describe, expect, test } from "vitest";
import { judge, plansProgram } from "../../../../src/operations/lint/plans/program.ts";
import { type HotStatement, readStatement, readStatements } from "../../../../src/operations/lint/plans/statement-files.ts";
import { withClient } from "../../../../src/postgres/connect.ts";
import { addDays, type Day, today } from "../../../../src/time/day.ts";
import { testDatabase } from "../../../helpers/postgres.ts";
import { multiply, oneLine, sentStatements } from "./sent.ts";

const database = testDatabase();
const statements = await readStatements();
let sent: Set<string>;

beforeAll(async () => {
  await database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ('acme', 'Acme')");
  sent = await sentStatements(database.current.app, "acme", addDays(today(), -20) as Day);
  for (const table of ["cm_cash_flows", "cm_bank_transactions", "cm_statements", "cm_deliveries", "cm_day_closings", "cm_statement_days"])
    await multiply(database.current.admin, "acme", `cash_management.${table}`, 6_000);
});

const judged = (statement: HotStatement) => judge(database.current.app, statement, "acme");

describe("invariant 45: the program's hot statements", () => {
  test.each(statements.map((statement) => [statement.name, statement] as const))("%s is what the program sends", (_name, statement) => {
    expect(
      [...sent].filter((text) => text === oneLine(statement.sql)),
      `${statement.file} is not sent any more: write what ${statement.sentBy} sends`,
    ).toHaveLength(1);
  });

  test.each(statements.map((statement) => [statement.name, statement] as const))(
    "%s uses its index and keeps its budgets as the application's role",
    async (_name, statement) => {
      // The machine of a test may be busy; apg db lint looks at the time, too.
      expect((await judged(statement)).filter(({ check }) => check.name !== "hot_statement_slow_to_plan")).toEqual([]);
    },
  );

  test("apg db lint asks them all, and says so when there is no tenant", async () => {
    const { admin, app, major } = database.current;
    await withClient(admin, async (client) => {
      expect((await plansProgram(app).ask({ admin: client, major })).filter(({ level }) => level === "error")).toEqual([]);
      await client.query("begin; set local session_replication_role = replica; delete from cash_management.cm_tenants");
      const found = await plansProgram(app).ask({ admin: client, major });
      await client.query("rollback");
      expect(found).toEqual([expect.objectContaining({ object: "database/statements", level: "info" })]);
    });
  });
});

describe("what is wrong is found", () => {
  const header = (more: string) => `-- statement: tried\n-- asks: x\n-- sent by: test\n${more}\n`;
  const tried = (more: string, sql: string) => readStatement("tried.sql", `${header(more)}${sql};\n`);
  const flows = "-- uses: cash_management.cm_cash_flows (tenant_id, amount_minor)";
  const days = "-- $2 date: current_date - 45\n-- $3 date: current_date - 1";

  test("an index whose condition is not leakproof, although a superuser would use it", async () => {
    const statement = tried(
      `${flows}\n${days}\n-- $4 numeric: 100`,
      "select id from cash_management.cm_cash_flows where tenant_id = $1 and transaction_date between $2 and $3 and amount_minor::numeric = $4",
    );
    expect(await judged(statement)).toEqual([expect.objectContaining({ object: "tried", evidence: expect.stringContaining("custom: ") })]);
  });

  test("an index that is gone", async () => {
    const known = statements.find(({ name }) => name === "flows_by_amount") as HotStatement;
    const { rows } = await database.current.admin.query<{ name: string; definition: string }>(
      "select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index where indrelid = 'cash_management.cm_cash_flows'::regclass and pg_get_indexdef(indexrelid) ~ 'amount_minor'",
    );
    for (const { name } of rows) await database.current.admin.query(`drop index ${name}`);
    const found = await judged(known);
    for (const { definition } of rows) await database.current.admin.query(definition.replace(" ON ONLY ", " ON "));
    expect(rows.length).toBeGreaterThan(0);
    expect(found).toEqual([expect.objectContaining({ object: "flows_by_amount", detail: expect.stringContaining("by an index") })]);
    expect(await judged(known)).toEqual([]);
  });

  test("a statement without its days locks every partition, and takes its time to plan", async () => {
    const statement = tried("-- planning: 0.001", "select count(*) from cash_management.cm_cash_flows where tenant_id = $1");
    const found = await judged(statement);
    expect(found.map(({ check }) => check.name)).toEqual(["hot_statement_over_its_lock_budget", "hot_statement_slow_to_plan"]);
    expect(Number(/locks (\d+)/.exec(found[0]?.detail ?? "")?.[1])).toBeGreaterThan(30);
  });

  test("a statement the server does not take, and one that would write", async () => {
    expect(await judged(tried("", "select nothing_like_it from cash_management.cm_banks where tenant_id = $1"))).toEqual([
      expect.objectContaining({ detail: expect.stringContaining("does not exist") }),
    ]);
    expect(() => tried("", "delete from cash_management.cm_banks where tenant_id = $1")).toThrow("is not one statement that reads");
    expect(() => tried("-- $3 date: now()", "select 1")).toThrow('is not "$2 type: expression"');
  });

  test("what was measured leaves nothing on the connection", async () => {
    await withClient(database.current.app, async (client) => {
      const { rows } = await client.query("select name from pg_prepared_statements where name like 'apg_lint%'");
      expect(rows).toEqual([]);
    });
  });
});
