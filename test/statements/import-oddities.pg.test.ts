import { describe, expect, test } from "vitest";
import { tenantKeys } from "../../src/keys/key-ring.ts";
import { valuePosition } from "../../src/positions/position.ts";
import { importFile } from "../../src/statements/import.ts";
import type { Day } from "../../src/time/day.ts";
import { camt052, camt053, fileOf, type TestStatement } from "../helpers/camt.ts";
import { beliefs } from "../helpers/contents.ts";
import { mt940 } from "../helpers/mt940.ts";
import { asTenant, testDatabase } from "../helpers/postgres.ts";

// What banks do that no standard foresees, each met in real files; the drawn histories of import-properties leave these out.
const database = testDatabase();
let tenants = 0;

async function freshTenant(): Promise<string> {
  tenants += 1;
  const tenantId = `t${tenants}`;
  await database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenantId, tenantId]);
  return tenantId;
}

function load(tenantId: string, text: string) {
  return importFile(database.current.app, { tenantId, actor: "test" }, fileOf("file", text));
}

async function told(...texts: readonly string[]): Promise<string> {
  const tenantId = await freshTenant();
  for (const text of texts) expect((await load(tenantId, text)).outcome).not.toBe("refused");
  return tenantId;
}

/** "day state closing" */
async function closings(tenantId: string): Promise<string[]> {
  const { rows } = await database.current.admin.query<{ line: string }>(
    `select concat_ws(' ', day, state, closing_minor) as line from cash_management.cm_day_closings
     where tenant_id = $1 and superseded_at is null order by account_id, day`,
    [tenantId],
  );
  return rows.map(({ line }) => line);
}

async function amounts(tenantId: string): Promise<string[]> {
  const { rows } = await database.current.admin.query<{ line: string }>(
    `select concat_ws(' ', booking_date, amount_minor) as line from cash_management.cm_bank_transactions
     where tenant_id = $1 and superseded_at is null and state <> 'pending' order by booking_date, amount_minor`,
    [tenantId],
  );
  return rows.map(({ line }) => line);
}

async function total(tenantId: string, asOf: string): Promise<string | undefined> {
  const { totals } = await asTenant(database.current, tenantId, (tx) => valuePosition(tx, { asOf: asOf as Day }));
  return totals[0]?.amount;
}

const monday: TestStatement = { day: "2026-03-02", opening: "100.00", closing: "130.00", entries: [{ amount: "30.00" }] };
const tuesday: TestStatement = { day: "2026-03-03", opening: "130.00", closing: "125.00", entries: [{ amount: "-5.00" }] };
const wednesday: TestStatement = {
  day: "2026-03-04",
  opening: "125.00",
  closing: "135.00",
  entries: [{ amount: "7.00" }, { amount: "3.00", day: "2026-03-02", text: "late" }],
};

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

describe("what banks do", () => {
  test("an entry booked into a day that is closed moves the statement it stands in, in any order of arrival", async () => {
    for (const order of permutations([monday, tuesday, wednesday])) {
      const tenantId = await told(...order.map((statement) => camt053(statement)));
      expect(await closings(tenantId)).toEqual(["2026-03-02 sealed 13000", "2026-03-03 sealed 12500", "2026-03-04 sealed 13500"]);
      expect(await total(tenantId, "2026-03-03")).toBe("125.00");
    }
  });

  test("the same as MT940, whose opening balance has the date of the day before", async () => {
    const late = { ...wednesday, entries: [{ amount: "7.00" }, { amount: "3.00", day: "2026-03-03", text: "late" }] };
    for (const order of permutations([monday, tuesday, late])) {
      const tenantId = await told(...order.map((statement) => mt940(statement)));
      expect(await closings(tenantId)).toEqual(["2026-03-02 sealed 13000", "2026-03-03 sealed 12500", "2026-03-04 sealed 13500"]);
      expect(await amounts(tenantId)).toHaveLength(4);
    }
  });

  test("an entry dated behind the closing balance belongs to the statement it stands in", async () => {
    const early = { ...monday, entries: [{ amount: "20.00" }, { amount: "10.00", day: "2026-03-03" }] };
    for (const order of permutations([early, tuesday])) {
      const tenantId = await told(...order.map((statement) => camt053(statement)));
      expect(await closings(tenantId)).toEqual(["2026-03-02 sealed 13000", "2026-03-03 sealed 12500"]);
    }
  });

  test("three statements of one day in any order, by their numbers", async () => {
    const part = (sequence: number, opening: string, closing: string, amount: string) =>
      camt053({ day: "2026-03-02", id: `part ${sequence}`, sequence, opening, closing, entries: [{ amount }] });
    const parts = [part(1, "0.00", "10.00", "10.00"), part(2, "10.00", "20.00", "10.00"), part(3, "20.00", "15.00", "-5.00")];
    for (const order of permutations(parts)) {
      const tenantId = await told(...order);
      expect(await closings(tenantId)).toEqual(["2026-03-02 sealed 1500"]);
      expect(await amounts(tenantId)).toHaveLength(3);
    }
  });

  test("a monthly statement over dailies brings the day that is missing, and nothing else", async () => {
    const month: TestStatement = {
      ...{ id: "month", from: "2026-03-02", day: "2026-03-04", opening: "100.00", closing: "132.00", sequence: 3 },
      entries: [
        { amount: "30.00", day: "2026-03-02" },
        { amount: "-5.00", day: "2026-03-03" },
        { amount: "7.00", day: "2026-03-04" },
      ],
    };
    const last = { ...wednesday, closing: "132.00", entries: [{ amount: "7.00" }] };
    for (const order of permutations([{ ...monday, sequence: 40 }, { ...last, sequence: 42 }, month])) {
      const tenantId = await told(...order.map((statement) => camt053(statement)));
      expect(await closings(tenantId)).toEqual(["2026-03-02 sealed 13000", "2026-03-03 sealed 12500", "2026-03-04 sealed 13200"]);
      expect(await amounts(tenantId)).toHaveLength(3);
    }
  });

  test("reports that each tell the day so far count every entry once, in one file and in several", async () => {
    const report = (id: string, ...entries: TestStatement["entries"]): TestStatement => ({ day: "2026-03-03", id, entries });
    const [noon, later] = [
      report("noon", { amount: "1.00", text: "a" }),
      report("later", { amount: "1.00", text: "a" }, { amount: "2.00", text: "b" }),
    ];
    for (const texts of [[camt052(noon, later)], [camt052(noon), camt052(later)], [camt052(later), camt052(noon)]]) {
      const tenantId = await told(camt053(monday), ...texts);
      expect(await total(tenantId, "2026-03-03")).toBe("133.00");
      expect(await amounts(tenantId)).toHaveLength(3);
    }
  });

  test("a report of several days loses the day that is closed and keeps the one that is open", async () => {
    const report: TestStatement = {
      day: "2026-03-04",
      id: "two days",
      entries: [{ amount: "-5.00", day: "2026-03-03" }, { amount: "7.00" }],
    };
    for (const order of permutations([camt053(monday), camt053(tuesday), camt052(report)])) {
      const tenantId = await told(...order);
      expect(await total(tenantId, "2026-03-04")).toBe("132.00");
      expect(await amounts(tenantId)).toHaveLength(3);
    }
  });

  test("a statement without balances beside a report of its day is not added to it", async () => {
    const bare = { day: "2026-03-03", id: "bare", entries: [{ amount: "-5.00" }] };
    for (const order of permutations([camt053(monday), camt053(bare), camt052({ ...bare, id: "report" })])) {
      const tenantId = await told(...order);
      expect(await total(tenantId, "2026-03-03")).toBe("125.00");
    }
  });

  test("a statement without balances that comes after the closed day says nothing new", async () => {
    const bare = camt053({ day: "2026-03-02", id: "bare", entries: [{ amount: "30.00", text: "in other words" }] });
    const tenantId = await told(camt053(monday), bare);
    expect(await amounts(tenantId)).toEqual(["2026-03-02 3000"]);
  });

  test("noon and evening in one file are the evening", async () => {
    const noon: TestStatement = { ...monday, id: "noon", closing: "120.00", entries: [{ amount: "20.00" }] };
    const evening: TestStatement = { ...monday, entries: [{ amount: "20.00" }, { amount: "10.00" }] };
    for (const order of permutations([noon, evening])) {
      const tenantId = await told(camt053(...order));
      expect(await closings(tenantId)).toEqual(["2026-03-02 sealed 13000"]);
      expect(await amounts(tenantId)).toHaveLength(2);
    }
  });

  test("a corrected statement replaces the one that does not add up, whichever comes first", async () => {
    const broken = camt053({ ...monday, id: "broken", entries: [{ amount: "29.00" }] });
    const doubled = camt053({ ...monday, id: "doubled", entries: [{ amount: "30.00" }, { amount: "30.00" }] });
    for (const order of permutations([broken, doubled, camt053(monday)])) {
      const tenantId = await told(...order);
      expect(await closings(tenantId)).toEqual(["2026-03-02 sealed 13000"]);
      expect(await amounts(tenantId)).toEqual(["2026-03-02 3000"]);
    }
  });

  test("no day of a week that does not add up is sealed", async () => {
    const week = { id: "week", from: "2026-03-02", day: "2026-03-04", opening: "0.00", closing: "9.00" };
    const entries = [
      { amount: "1.00", day: "2026-03-02" },
      { amount: "2.00", day: "2026-03-03" },
      { amount: "3.00", day: "2026-03-04" },
    ];
    expect(await closings(await told(camt053({ ...week, entries })))).toEqual([
      "2026-03-02 unproven 100",
      "2026-03-03 unproven 300",
      "2026-03-04 break 900",
    ]);
  });

  test("two accounts under one number, told apart by their currency", async () => {
    const tenantId = await told(
      camt053(monday, { ...monday, id: "yen", currency: "JPY", opening: "0", closing: "5", entries: [{ amount: "5" }] }),
    );
    const { totals } = await asTenant(database.current, tenantId, (tx) => valuePosition(tx, { asOf: "2026-03-02" as Day }));
    expect(totals.map(({ currency, amount }) => `${currency} ${amount}`)).toEqual(["EUR 130.00", "JPY 5"]);
  });

  test("a file refused again names the delivery that is kept", async () => {
    const tenantId = await freshTenant();
    const [first, second] = [await load(tenantId, "<Document><broken"), await load(tenantId, "<Document><broken")];
    expect([first.outcome, second.outcome, second.deliveryId]).toEqual(["refused", "refused", first.deliveryId]);
  });

  test("a file refused once is imported when the reader has learned it", async () => {
    const tenantId = await freshTenant();
    const text = camt053(monday);
    const first = await load(tenantId, text);
    // As if an earlier version had refused the same bytes.
    const other = await freshTenant();
    const kept = (await load(other, "<Document><broken")).deliveryId;
    const content = await asTenant(database.current, other, async (tx) => (await tenantKeys(tx)).index("file", first.sha256 as string));
    await database.current.admin.query(
      `update cash_management.cm_deliveries set content_index = $2, reader_version = '0'
       where tenant_id = $1`,
      [other, content],
    );
    expect(await load(other, text)).toMatchObject({ outcome: "imported", deliveryId: kept, newEntries: 1 });
    expect(await beliefs(database.current.admin, other)).toEqual(await beliefs(database.current.admin, tenantId));
  });
});
