import fc from "fast-check";
import { expect, test } from "vitest";
import { albrechtGroup } from "../../../src/banks/simulator/companies/albrecht-group.ts";
import { lindenkadeStores } from "../../../src/banks/simulator/companies/lindenkade-stores.ts";
import { accountIdentification, type SimulatedCompany } from "../../../src/banks/simulator/company.ts";
import { deliveries } from "../../../src/banks/simulator/deliveries.ts";
import { type Simulation, simulate } from "../../../src/banks/simulator/simulate.ts";
import { exponentOf, parseMoney } from "../../../src/money/money.ts";
import { addDays, parseDay } from "../../../src/time/day.ts";
import { type CollectedStatement, collect } from "../../statements/collect.ts";

const companies = [albrechtGroup, lindenkadeStores];

test.each(companies)("$name: what the readers make of a year's files is what the banks booked", async (company) => {
  const simulation = simulate({ seed: "reading", company, from: parseDay("2025-11-03"), to: parseDay("2026-11-22") });
  const read = await readEverything(simulation);
  for (const account of simulation.truth.accounts) {
    const statements = read.get(accountIdentification(account)) ?? [];
    const days = account.days.filter(({ day }) => day < simulation.to);
    const minor = (amount: string | undefined) => parseMoney(amount ?? "", account.currency).minor;
    const byDay = daysOf(statements);
    expect([...byDay.keys()], account.key).toEqual(days.map(({ day }) => day));
    for (const { day, openingMinor, closingMinor, entries } of days) {
      const pages = byDay.get(day) ?? [];
      expect(minor(pages[0]?.sums?.opening?.amount), `${account.key} ${day}`).toBe(openingMinor);
      expect(minor(pages.at(-1)?.sums?.closing?.amount), `${account.key} ${day}`).toBe(closingMinor);
      const told = pages
        .flatMap((page) => page.entries)
        .map((entry) => [minor(entry.amount), entry.valueDate, entry.reversal, entry.bankReference]);
      expect(told, `${account.key} ${day}`).toEqual(
        entries.map((entry) => [
          entry.amountMinor,
          entry.valueDay,
          reversalTold(company, account.bank, entry.reversal),
          entry.bankReference,
        ]),
      );
    }
  }
});

test("whatever the seed and the last day, every file is read without a complaint and its statements add up", async () => {
  const lastDays = fc.integer({ min: 0, max: 730 }).map((count) => addDays(parseDay("2026-01-01"), count));
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 6 }), fc.constantFrom(...companies), lastDays, async (seed, company, to) => {
      const read = await readEverything(simulate({ seed, company, from: addDays(to, -24), to }));
      expect(read.size).toBe(company.accounts.length);
      for (const statement of [...read.values()].flat()) expect(statement.sums?.balanced).toBe(true);
    }),
    { numRuns: 10 },
  );
});

test("camt tells the payments of a batch beneath its entry, with parties and references", async () => {
  const simulation = simulate({ seed: "batch", company: lindenkadeStores, from: parseDay("2026-09-01"), to: parseDay("2026-10-01") });
  const read = await readEverything(simulation);
  const account = simulation.truth.accounts.find(({ key }) => key === "nl-operating");
  if (account === undefined) throw new Error("no account");
  const batches = account.days.flatMap(({ entries }) => entries).filter(({ payments }) => payments.length > 1);
  expect(batches.length).toBeGreaterThan(2);
  const entries = (read.get(accountIdentification(account)) ?? []).flatMap((statement) => statement.entries);
  for (const batch of batches) {
    const entry = entries.find(({ bankReference }) => bankReference === batch.bankReference);
    expect(entry?.batchCount).toBe(batch.payments.length);
    expect(
      entry?.details.map(({ endToEndId, counterparty, amount }) => [endToEndId, counterparty?.name, counterparty?.account, amount]),
    ).toEqual(
      batch.payments.map(({ endToEndId, party, amountMinor }) => [
        endToEndId,
        party?.name,
        party?.account.iban ?? party?.account.number,
        decimal(amountMinor, account.currency),
      ]),
    );
  }
});

test.each([
  ["albrecht", "jp-operating"],
  ["albrecht", "de-collection"],
  ["albrecht", "uk-operating"],
  ["albrecht", "kw-operating"],
] as const)("%s %s: a customer's payment keeps its name and reference in every format", async (_company, key) => {
  const simulation = simulate({ seed: "names", company: albrechtGroup, from: parseDay("2026-09-01"), to: parseDay("2026-10-01") });
  const account = simulation.truth.accounts.find((one) => one.key === key);
  if (account === undefined) throw new Error("no account");
  const entries = ((await readEverything(simulation)).get(accountIdentification(account)) ?? []).flatMap((statement) => statement.entries);
  const paid = account.days
    .flatMap((day) => (day.day < simulation.to ? day.entries : []))
    .filter(({ kind }) => kind === "customer_receipt" || kind === "card_settlement");
  expect(paid.length).toBeGreaterThan(10);
  for (const booking of paid) {
    const entry = entries.find(({ bankReference }) => bankReference === booking.bankReference);
    const said = `${entry?.counterparty?.name ?? ""} ${entry?.text ?? ""} ${entry?.structuredReference ?? ""}`.replace(/\s+/g, "");
    const [payment] = booking.payments;
    const wanted = payment?.creditorReference ?? payment?.remittance ?? "";
    expect(said).toContain(wanted.replace(/\s+/g, "").replaceAll("/", "").slice(0, 12));
    expect(said.toLowerCase()).toContain(
      (payment?.party?.name ?? "")
        .split(" ")[0]
        ?.toLowerCase()
        .replace(/[^a-z-].*/, "") ?? "?",
    );
  }
});

async function readEverything(simulation: Simulation): Promise<Map<string, CollectedStatement[]>> {
  const byAccount = new Map<string, CollectedStatement[]>();
  for (const { name, bytes } of deliveries(simulation)) {
    const read = await collect(bytes);
    expect(read.problems, name).toEqual([]);
    for (const statement of read.statements) {
      if (statement.header.kind !== "statement") continue;
      const { id } = statement.header.account;
      byAccount.set(id, [...(byAccount.get(id) ?? []), statement]);
    }
  }
  return byAccount;
}

/** Pages of a day stand together: each says its day in its closing balance. */
function daysOf(statements: readonly CollectedStatement[]): Map<string, CollectedStatement[]> {
  const days = new Map<string, CollectedStatement[]>();
  for (const statement of statements) {
    const day = statement.sums?.closing?.date ?? "";
    days.set(day, [...(days.get(day) ?? []), statement]);
  }
  return days;
}

/** BAI2 has no mark for a reversal. */
function reversalTold(company: SimulatedCompany, bank: string, reversal: boolean): boolean {
  return company.banks.find(({ key }) => key === bank)?.dialect.format === "bai2" ? false : reversal;
}

function decimal(minor: bigint, currency: string): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponentOf(currency) + 1, "0");
  const at = digits.length - exponentOf(currency);
  return `${minor < 0n ? "-" : ""}${digits.slice(0, at)}.${digits.slice(at)}`;
}
