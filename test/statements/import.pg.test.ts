import { describe, expect, test } from "vitest";
import { importFile } from "../../src/statements/import.ts";
import { camt052, camt053, fileOf, type TestStatement } from "../helpers/camt.ts";
import { asTenant, testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();
let tenants = 0;

async function freshTenant(): Promise<{ tenantId: string; actor: string }> {
  tenants += 1;
  const tenantId = `t${tenants}`;
  await database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenantId, tenantId]);
  return { tenantId, actor: "person:test" };
}

function load(context: { tenantId: string; actor: string }, text: string, name = "file.xml") {
  return importFile(database.current.app, context, fileOf(name, text));
}

/** Live closings as "day state closing reason". */
function closings(tenantId: string): Promise<string[]> {
  return asTenant(database.current, tenantId, async (tx) => {
    const { rows } = await tx.query<{ line: string }>(
      `select day || ' ' || state || ' ' || closing_minor || coalesce(' ' || reason, '') as line
       from cash_management.cm_day_closings where tenant_id = $1 and superseded_at is null order by account_id, day`,
      [tenantId],
    );
    return rows.map((row) => row.line);
  });
}

function counts(tenantId: string): Promise<Record<string, string>> {
  return asTenant(database.current, tenantId, async (tx) => {
    const { rows } = await tx.query<Record<string, string>>(
      `select
         (select count(*) from cash_management.cm_bank_transactions where tenant_id = $1 and superseded_at is null)::text as transactions,
         (select count(*) from cash_management.cm_cash_flows where tenant_id = $1 and superseded_at is null)::text as flows,
         (select count(*) from cash_management.cm_statements where tenant_id = $1)::text as statements,
         (select count(*) from cash_management.cm_deliveries where tenant_id = $1)::text as deliveries`,
      [tenantId],
    );
    return rows[0] as Record<string, string>;
  });
}

const monday: TestStatement = {
  day: "2026-03-02",
  opening: "100.00",
  closing: "130.00",
  entries: [{ amount: "40.00" }, { amount: "-10.00", text: "fee" }],
};
const tuesday: TestStatement = { day: "2026-03-03", opening: "130.00", closing: "125.50", entries: [{ amount: "-4.50", text: "card" }] };
const wednesday: TestStatement = { day: "2026-03-04", opening: "125.50", closing: "125.50", entries: [] };

describe("importing statements", () => {
  test("a statement becomes sealed days, transactions and flows, and its file is kept byte for byte", async () => {
    const context = await freshTenant();
    const text = camt053(monday);
    const result = await load(context, text);
    expect(result).toMatchObject({ outcome: "imported", format: "camt.053", entries: 2, newEntries: 2 });
    expect(await closings(context.tenantId)).toEqual(["2026-03-02 sealed 13000"]);
    expect(await counts(context.tenantId)).toEqual({ transactions: "2", flows: "2", statements: "1", deliveries: "1" });
  });

  test("the same bytes again change nothing and get the first answer", async () => {
    const context = await freshTenant();
    const first = await load(context, camt053(monday));
    const before = await counts(context.tenantId);
    const second = await load(context, camt053(monday), "renamed.xml");
    expect(second).toMatchObject({ outcome: "duplicate", deliveryId: first.deliveryId, newEntries: 0 });
    expect(second.statements[0]?.statementId).toBe(first.statements[0]?.statementId);
    expect(await counts(context.tenantId)).toEqual(before);
  });

  test("a day told again in other words is a duplicate, kept as evidence", async () => {
    const context = await freshTenant();
    await load(context, camt053(monday));
    const costume = { ...monday, id: "other", entries: monday.entries.map((entry) => ({ ...entry, text: `re-export ${entry.text}` })) };
    const result = await load(context, camt053(costume));
    expect(result.statements[0]).toMatchObject({ outcome: "duplicate", newEntries: 0 });
    expect(await counts(context.tenantId)).toEqual({ transactions: "2", flows: "2", statements: "2", deliveries: "2" });
  });

  test("days in any order give one chain", async () => {
    const context = await freshTenant();
    for (const statement of [wednesday, monday]) await load(context, camt053(statement));
    expect(await closings(context.tenantId)).toEqual(["2026-03-02 sealed 13000", "2026-03-04 gap 12550 GAP"]);
    await load(context, camt053(tuesday));
    expect(await closings(context.tenantId)).toEqual(["2026-03-02 sealed 13000", "2026-03-03 sealed 12550", "2026-03-04 sealed 12550"]);
  });

  test("one file with several days equals the days one by one, and each as duplicates after the other", async () => {
    const [one, other] = [await freshTenant(), await freshTenant()];
    const week: TestStatement = {
      day: "2026-03-04",
      from: "2026-03-02",
      id: "week",
      opening: "100.00",
      closing: "125.50",
      entries: [...monday.entries.map((entry) => ({ ...entry, day: "2026-03-02" })), { amount: "-4.50", text: "card", day: "2026-03-03" }],
    };
    await load(one, camt053(tuesday));
    await load(one, camt053(week));
    await load(one, camt053(monday, wednesday));
    await load(other, camt053(monday, tuesday, wednesday));
    expect(await closings(one.tenantId)).toEqual(await closings(other.tenantId));
    expect((await counts(one.tenantId))["transactions"]).toBe("3");
  });

  test("real twins of a day are two entries", async () => {
    const context = await freshTenant();
    const twins: TestStatement = {
      day: "2026-03-02",
      opening: "0.00",
      closing: "20.00",
      entries: [{ amount: "10.00" }, { amount: "10.00" }],
    };
    await load(context, camt053(twins));
    expect((await counts(context.tenantId))["transactions"]).toBe("2");
  });

  test("a second statement of the same day goes on where the first stopped, also with equal entries", async () => {
    const context = await freshTenant();
    await load(context, camt053({ day: "2026-03-02", id: "a", opening: "0.00", closing: "10.00", entries: [{ amount: "10.00" }] }));
    await load(context, camt053({ day: "2026-03-02", id: "b", opening: "10.00", closing: "20.00", entries: [{ amount: "10.00" }] }));
    expect(await closings(context.tenantId)).toEqual(["2026-03-02 sealed 2000"]);
    expect((await counts(context.tenantId))["transactions"]).toBe("2");
  });

  test("the whole of a day replaces the part that came at noon, whichever comes first", async () => {
    const noon: TestStatement = { day: "2026-03-02", id: "noon", opening: "0.00", closing: "10.00", entries: [{ amount: "10.00" }] };
    const evening: TestStatement = {
      day: "2026-03-02",
      id: "evening",
      opening: "0.00",
      closing: "7.00",
      entries: [{ amount: "10.00" }, { amount: "-3.00" }],
    };
    for (const order of [
      [noon, evening],
      [evening, noon],
    ]) {
      const context = await freshTenant();
      for (const statement of order) await load(context, camt053(statement));
      expect(await closings(context.tenantId)).toEqual(["2026-03-02 sealed 700"]);
      expect((await counts(context.tenantId))["transactions"]).toBe("2");
    }
  });

  test("a different content for a sealed day is a conflict: kept, not posted", async () => {
    const context = await freshTenant();
    await load(context, camt053(monday, tuesday));
    const result = await load(context, camt053({ ...monday, id: "forged", closing: "131.00", entries: [{ amount: "31.00" }] }));
    expect(result.statements[0]).toMatchObject({ outcome: "conflict", newEntries: 0 });
    expect(await closings(context.tenantId)).toEqual(["2026-03-02 sealed 13000", "2026-03-03 sealed 12550"]);
  });

  test("what does not add up is imported and marked with its difference", async () => {
    const context = await freshTenant();
    const result = await load(context, camt053({ ...monday, closing: "130.01" }));
    expect(result.statements[0]).toMatchObject({ outcome: "new", status: "break" });
    expect(await closings(context.tenantId)).toEqual(["2026-03-02 break 13001 BREAK"]);
  });

  test("what cannot be read is refused with its line, and nothing of it is posted", async () => {
    const context = await freshTenant();
    const result = await load(context, `${camt053(monday).slice(0, -60)}<broken`);
    expect(result.outcome).toBe("refused");
    expect(result.problems.some((problem) => problem.severity === "refusal" && problem.line !== null)).toBe(true);
    expect(await counts(context.tenantId)).toEqual({ transactions: "0", flows: "0", statements: "0", deliveries: "1" });
  });

  test("an amount finer than its currency is refused, never rounded", async () => {
    const context = await freshTenant();
    const result = await load(
      context,
      camt053({ day: "2026-03-02", currency: "JPY", opening: "0", closing: "1", entries: [{ amount: "1.5" }] }),
    );
    expect(result.problems.map((problem) => problem.code)).toContain("AMOUNT_PRECISION");
  });

  test("an intraday report is provisional until the statement of the day supersedes it, in either order", async () => {
    const report: TestStatement = {
      day: "2026-03-03",
      id: "intraday",
      entries: [
        { amount: "-4.50", text: "card" },
        { amount: "9.00", text: "due", pending: true },
      ],
    };
    for (const order of [
      [camt053(monday), camt052(report), camt053(tuesday)],
      [camt053(monday), camt053(tuesday), camt052(report)],
    ]) {
      const context = await freshTenant();
      for (const text of order) await load(context, text);
      expect(await closings(context.tenantId)).toEqual(["2026-03-02 sealed 13000", "2026-03-03 sealed 12550"]);
      expect(await counts(context.tenantId)).toMatchObject({ transactions: "3", flows: "3" });
    }
  });

  test("the transactions of a batch stand under their entry", async () => {
    const context = await freshTenant();
    await load(
      context,
      camt053({ day: "2026-03-02", opening: "0.00", closing: "30.00", entries: [{ amount: "30.00", details: ["10.00", "20.00"] }] }),
    );
    const details = await asTenant(database.current, context.tenantId, (tx) =>
      tx.query("select amount_minor from cash_management.cm_bank_transaction_details where tenant_id = $1 order by ordinal", [
        context.tenantId,
      ]),
    );
    expect(details.rows.map((row) => String(row["amount_minor"]))).toEqual(["1000", "2000"]);
    expect(await counts(context.tenantId)).toMatchObject({ transactions: "1", flows: "1" });
  });

  test("ten uploads of one file at once are one import", async () => {
    const context = await freshTenant();
    const results = await Promise.all(Array.from({ length: 10 }, () => load(context, camt053(monday))));
    expect(results.filter((result) => result.outcome === "imported")).toHaveLength(1);
    expect((await counts(context.tenantId))["transactions"]).toBe("2");
  });
});
