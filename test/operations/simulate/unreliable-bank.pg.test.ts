import { expect, test } from "vitest";
import { randomFrom } from "../../../src/banks/simulator/random.ts";
import { tellingFormats } from "../../../src/banks/simulator/unreliable/company.ts";
import { allFaults } from "../../../src/banks/simulator/unreliable/fault-names.ts";
import type { BankFile } from "../../../src/banks/simulator/unreliable/files.ts";
import { unreliableBank } from "../../../src/banks/simulator/unreliable/unreliable-bank.ts";
import { compareWithTruth } from "../../../src/operations/simulate/compare.ts";
import { importFile } from "../../../src/statements/import.ts";
import { testDatabase } from "../../helpers/postgres.ts";
import { testSeed } from "../../helpers/seed.ts";

const database = testDatabase();
const words = { new: "new", duplicate: "known", conflict: "conflict" } as const;

async function tenant(tenantId: string) {
  await database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenantId, tenantId]);
  return { tenantId, actor: "test" };
}

function take(context: { tenantId: string; actor: string }, { name, bytes }: BankFile) {
  const source = {
    name,
    async *open() {
      yield bytes;
    },
  };
  return importFile(database.current.app, context, source);
}

test("what an unreliable bank sends, in a drawn order with repeats: no account-day is wrong, and what is missing shows", async () => {
  const seed = `${testSeed("unreliable-bank")}`;
  const bank = unreliableBank({ seed, accounts: 5, days: 6, formats: tellingFormats, faults: allFaults });
  const context = await tenant("shuffled");
  const random = randomFrom(`${seed}/order`);
  const order = bank.files.map((file) => ({ file, key: random.fraction() })).sort((a, b) => a.key - b.key);
  for (const { file } of order) expect((await take(context, file)).outcome).not.toBe("refused");
  expect((await compareWithTruth(database.current.app, context, bank.truth)).wrong).toEqual([]);
});

test("in the order of their arrival each statement becomes what the truth says of it", async () => {
  const seed = `${testSeed("unreliable-bank order")}`;
  const faults = allFaults.filter((fault) => fault !== "out_of_order");
  const bank = unreliableBank({ seed, accounts: 4, days: 5, formats: ["camt.053", "mt940", "bai2"], faults });
  const context = await tenant("ordered");
  for (const file of bank.files) {
    const { statements } = await take(context, file);
    const truth = bank.truth.files.find((one) => one.file === file.name);
    const expected = truth?.statements.map(({ account, to, becomes }) => `${account.slice(-4)} ${to} ${becomes}`);
    const became = statements.map(({ account, closingDate, outcome, status }, index) => {
      const foretold = truth?.statements[index]?.becomes;
      const report = foretold === "provisional" && (status === "provisional" || outcome === "duplicate");
      return `${account} ${closingDate} ${report ? "provisional" : foretold === "either" ? foretold : words[outcome]}`;
    });
    expect([file.name, ...became]).toEqual([file.name, ...(expected ?? [])]);
  }
  expect((await compareWithTruth(database.current.app, context, bank.truth)).wrong).toEqual([]);
});

test("a tenant that lacks a file, or holds an entry twice, is found wrong", async () => {
  const bank = unreliableBank({ seed: "lacking", accounts: 1, days: 4, formats: ["camt.053"], faults: [] });
  const context = await tenant("lacking");
  const [kept, ...others] = bank.files.filter(({ tellings }) => tellings.some(({ statement }) => statement.entries.length > 0));
  const nothing = await compareWithTruth(database.current.app, context, bank.truth);
  expect(nothing.lost).toBe(nothing.entries);
  for (const file of others) await take(context, file);
  const found = await compareWithTruth(database.current.app, context, bank.truth);
  const day = kept?.tellings[0]?.statement.day;
  expect(found.wrong.filter((one) => one.day === day).map(({ what }) => what.split(" ")[0])).toContain("lost");
  expect(found.lost).toBe(kept?.tellings[0]?.statement.entries.length);
});
