import { beforeAll, describe, expect, test } from "vitest";
import { listAccounts } from "../../src/accounts/accounts.ts";
import { searchFlows } from "../../src/cash-flows/cash-flows.ts";
import { proveFigure } from "../../src/positions/proof.ts";
import { statementCalendar } from "../../src/positions/statement-calendar.ts";
import { tenantRead } from "../../src/postgres/transaction.ts";
import { deliveryBytes } from "../../src/statements/deliveries.ts";
import { entriesOfAccount } from "../../src/statements/entries.ts";
import { importFile } from "../../src/statements/import.ts";
import { listStatements } from "../../src/statements/statements.ts";
import { addDays, type Day } from "../../src/time/day.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { historyOf } from "../helpers/histories.ts";
import { asTenant, testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();
const tenantId = "acme";
const monday = "2026-03-02" as Day;
const history = historyOf("DE02120300000000202051", monday, 0n, [
  [
    [1000, 0],
    [20, 0],
  ],
  [[-250, 0]],
  [[5, 0]],
  [[6, 0]],
  [[7, 0]],
]);
const files = history.statements.map((statement) => camt053(statement));
let accountId = "";

function read<T>(work: Parameters<typeof tenantRead<T>>[2]): Promise<T> {
  return tenantRead(database.current.app, { tenantId, actor: "person:test" }, work);
}

beforeAll(async () => {
  await database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ('acme', 'Acme')");
  for (const [index, text] of files.entries())
    if (index !== 2) await importFile(database.current.app, { tenantId, actor: "person:test" }, fileOf(`day-${index}.xml`, text));
  accountId = (await read((tx) => listAccounts(tx, {}, { limit: 1, after: null })))[0]?.item.id as string;
});

describe("the proof of a figure", () => {
  test("leads from the figure over seal, statement and entries to the file's bytes", async () => {
    const proof = await read((tx) => proveFigure(tx, accountId, { day: addDays(monday, 1) }));
    expect(proof).toMatchObject({ amount: "7.70", state: "sealed", sealCheck: { holds: true }, statement: { status: "sealed" } });
    expect(proof.steps.map((step) => [step.kind, step.amount])).toEqual([
      ["anchor", "7.70"],
      ["result", "7.70"],
    ]);
    expect(proof.entries.items.map((entry) => entry.amount)).toEqual(["-2.50"]);
    const bytes = await read(async (tx) => {
      const pieces: Buffer[] = [];
      for await (const piece of deliveryBytes(tx, proof.delivery?.id as string)) pieces.push(piece);
      return Buffer.concat(pieces);
    });
    expect(bytes.toString()).toBe(files[1]);
  });

  test("an entry changed behind the program's back no longer makes its seal", async () => {
    const change = (by: number) =>
      asTenant({ ...database.current, app: database.current.admin }, tenantId, async (tx) => {
        // The database refuses it to everybody; only a superuser who switches its triggers off gets by.
        await tx.query("set local session_replication_role = replica");
        await tx.query(
          "update cash_management.cm_bank_transactions set amount_minor = amount_minor + $2 where tenant_id = $1 and booking_date = $3",
          [tenantId, by, addDays(monday, 1)],
        );
      });
    await change(1);
    expect((await read((tx) => proveFigure(tx, accountId, { day: addDays(monday, 1) }))).sealCheck?.holds).toBe(false);
    await change(-1);
    expect((await read((tx) => proveFigure(tx, accountId, { day: addDays(monday, 1) }))).sealCheck?.holds).toBe(true);
  });

  test("behind a gap there is a statement and no seal, with the reason", async () => {
    const proof = await read((tx) => proveFigure(tx, accountId, { day: addDays(monday, 3) }));
    expect(proof).toMatchObject({ state: "unproven", sealCheck: null, seal: { status: "gap", reason: "GAP", hash: null } });
  });
});

describe("the statement calendar", () => {
  test("shows sealed days, the missing day, what stands behind it, and what is late", async () => {
    const calendar = await read((tx) =>
      statementCalendar(tx, { from: addDays(monday, -2), to: addDays(monday, 9), now: new Date("2026-03-11T10:00:00Z") }),
    );
    expect(calendar.accounts[0]?.days.map(({ day, status }) => `${day} ${status}`)).toEqual([
      "2026-03-02 sealed",
      "2026-03-03 sealed",
      "2026-03-04 gap",
      "2026-03-05 unproven",
      "2026-03-06 unproven",
      "2026-03-09 late",
      "2026-03-10 late",
    ]);
  });
});

describe("lists", () => {
  test("entries are read page by page, newest first, none twice and none lost", async () => {
    const seen: string[] = [];
    for (let after: readonly string[] | null = null; ; ) {
      const page = await read((tx) => entriesOfAccount(tx, accountId, {}, { limit: 2, after }));
      seen.push(...page.map(({ item }) => `${item.bookingDate} ${item.amount}`));
      if (page.length < 2) break;
      after = page.at(-1)?.key as readonly string[];
    }
    expect(seen).toEqual(["2026-03-06 0.07", "2026-03-05 0.06", "2026-03-03 -2.50", "2026-03-02 0.20", "2026-03-02 10.00"]);
  });

  test("entries are found by amount, by day and by part of their text", async () => {
    const find = (filter: Parameters<typeof entriesOfAccount>[2]) =>
      read(async (tx) => (await entriesOfAccount(tx, accountId, filter, { limit: 10, after: null })).map(({ item }) => item.amount));
    expect(await find({ minMinor: 20n, maxMinor: 1000n })).toEqual(["0.20", "10.00"]);
    expect(await find({ from: addDays(monday, 3), to: addDays(monday, 3) })).toEqual(["0.06"]);
    expect(await find({ text: "ENTRY OF 1" })).toEqual(["-2.50"]);
    expect(await find({ text: "100%_" })).toEqual([]);
  });

  test("flows are searched over months without naming them all", async () => {
    const found = await read((tx) => searchFlows(tx, { direction: "out" }, { limit: 10, after: null }));
    expect(found.map(({ item }) => [item.amount, item.certainty])).toEqual([["-2.50", 90]]);
  });

  test("statements are listed with what they are worth now", async () => {
    const found = await read((tx) => listStatements(tx, { status: "sealed" }, { limit: 10, after: null }));
    expect(found.map(({ item }) => item.closingDate).sort()).toEqual(["2026-03-02", "2026-03-03"]);
  });
});
