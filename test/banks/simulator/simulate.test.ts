import fc from "fast-check";
import { expect, test } from "vitest";
import { isBankDay } from "../../../src/banks/simulator/bank-days.ts";
import type { Booking } from "../../../src/banks/simulator/booking.ts";
import { albrechtGroup } from "../../../src/banks/simulator/companies/albrecht-group.ts";
import { lindenkadeStores } from "../../../src/banks/simulator/companies/lindenkade-stores.ts";
import { rateMicros } from "../../../src/banks/simulator/exchange-rates.ts";
import { mod97 } from "../../../src/banks/simulator/identifiers.ts";
import { type Simulation, simulate } from "../../../src/banks/simulator/simulate.ts";
import { exponentOf } from "../../../src/money/money.ts";
import { isoWeekday, parseDay } from "../../../src/time/day.ts";

const [from, to] = [parseDay("2025-10-18"), parseDay("2026-11-22")];
const companies = [albrechtGroup, lindenkadeStores];
const year = new Map(companies.map((company) => [company.key, simulate({ seed: "demo", company, from, to })]));

test("the same seed gives the same simulation, another seed another one", () => {
  const options = { company: albrechtGroup, from: parseDay("2026-09-01"), to };
  expect(simulate({ ...options, seed: "a" })).toEqual(simulate({ ...options, seed: "a" }));
  expect(simulate({ ...options, seed: "b" }).truth).not.toEqual(simulate({ ...options, seed: "a" }).truth);
});

test("a simulation that ends later begins with the one that ended earlier", () => {
  const shorter = simulate({ seed: "demo", company: lindenkadeStores, from, to: parseDay("2026-02-11") });
  for (const [index, account] of shorter.truth.accounts.entries())
    expect(truthOf("lindenkade").accounts[index]?.days.slice(0, account.days.length)).toEqual(account.days);
});

test.each(companies)("$name: a dozen accounts, four currencies with 0, 2 and 3 decimals", (company) => {
  expect(company.accounts).toHaveLength(12);
  const currencies = new Set(company.accounts.map(({ currency }) => currency));
  expect(currencies.size).toBe(4);
  expect(new Set([...currencies].map(exponentOf))).toEqual(new Set([0, 2, 3]));
});

test.each(companies)("$name: every IBAN checks", (company) => {
  const parties = entriesOf(year.get(company.key)).flatMap(({ payments }) => payments.map(({ party }) => party?.account.iban ?? null));
  for (const iban of [...parties, ...company.accounts.map((account) => account.iban)])
    if (iban !== null) expect(mod97(iban.slice(4) + iban.slice(0, 4)), iban).toBe(1);
});

test("opening and entries make the closing of every account-day, whatever the seed, and no account goes beyond its limit", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 8 }), fc.constantFrom(...companies), (seed, company) => {
      for (const account of simulate({ seed, company, from, to }).truth.accounts) {
        let balance = account.openingMinor;
        for (const [index, day] of account.days.entries()) {
          expect(day.openingMinor).toBe(balance);
          expect(day.sequence).toBe(index + 1);
          balance += day.entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
          expect(day.closingMinor).toBe(balance);
          expect(balance, `${account.key} on ${day.day}`).toBeGreaterThanOrEqual(-account.overdraftLimitMinor);
        }
      }
    }),
    { numRuns: 6 },
  );
});

test("the details of a batch make its amount, and nothing is booked with nothing", () => {
  for (const entry of everyEntry()) {
    expect(entry.amountMinor).not.toBe(0n);
    if (entry.payments.length > 0) expect(entry.payments.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(entry.amountMinor);
  }
});

test("nothing is booked on a day on which the bank is closed: Kuwait works on Sunday and not on Friday", () => {
  for (const { company, truth } of year.values())
    for (const account of truth.accounts) {
      const country = company.banks.find(({ key }) => key === account.bank)?.country ?? "DE";
      for (const { day } of account.days) expect(isBankDay(country, day), `${account.key} ${day}`).toBe(true);
      expect(account.days.some(({ day }) => isoWeekday(day) === 7)).toBe(country === "KW");
    }
});

test.each(companies)("$name: a movement between own accounts has two legs on one day, and converted ones fit the rate", (company) => {
  const transfers = new Map<string, Booking[]>();
  for (const entry of entriesOf(year.get(company.key)))
    if (entry.transfer !== null) transfers.set(entry.transfer, [...(transfers.get(entry.transfer) ?? []), entry]);
  expect(transfers.size).toBeGreaterThan(100);
  const currencyOf = (entry: Booking) => company.accounts.find(({ key }) => key === entry.account)?.currency ?? "";
  let exchanges = 0;
  for (const legs of transfers.values()) {
    const [out, into] = legs.sort((a, b) => (a.amountMinor < b.amountMinor ? -1 : 1));
    if (legs.length !== 2 || out === undefined || into === undefined) throw new Error(`${legs.length} legs of ${legs[0]?.transfer}`);
    expect(out.bookingDay).toBe(into.bookingDay);
    if (currencyOf(out) === currencyOf(into)) expect(out.amountMinor).toBe(-into.amountMinor);
    else {
      exchanges += 1;
      const exact = (Number(-out.amountMinor) * Number(rateMicros(currencyOf(out), currencyOf(into), out.bookingDay))) / 1e6;
      const scaled = exact * 10 ** (exponentOf(currencyOf(into)) - exponentOf(currencyOf(out)));
      expect(Math.abs(Number(into.amountMinor) - scaled)).toBeLessThanOrEqual(1);
    }
  }
  expect(exchanges).toBeGreaterThan(3);
});

test("the year has what makes statements hard: twins, reversals, returns, other value days, overdrafts, batches without names", () => {
  const entries = everyEntry();
  const seen = new Map<string, number>();
  for (const entry of entries) {
    const looks = [
      entry.account,
      entry.bookingDay,
      entry.valueDay,
      entry.amountMinor,
      entry.kind,
      JSON.stringify(entry.payments, plain),
    ].join("|");
    seen.set(looks, (seen.get(looks) ?? 0) + 1);
  }
  expect([...seen.values()].filter((count) => count > 1).length).toBeGreaterThan(50);
  expect(entries.filter(({ reversal }) => reversal).length).toBeGreaterThan(3);
  expect(entries.filter(({ kind }) => kind === "direct_debit_returned").length).toBeGreaterThan(10);
  expect(entries.some(({ valueDay, bookingDay }) => valueDay < bookingDay)).toBe(true);
  expect(entries.some(({ valueDay, bookingDay }) => valueDay > bookingDay)).toBe(true);
  expect(entries.some(({ batchCount, payments }) => batchCount !== null && payments.length === 0)).toBe(true);
  expect(truthOf("albrecht").accounts.some(({ days }) => days.some(({ closingMinor }) => closingMinor < 0n))).toBe(true);
});

test("bank references are unique within an account", () => {
  for (const simulation of year.values()) {
    const own = entriesOf(simulation).map(({ account, bankReference }) => `${account}/${bankReference}`);
    expect(new Set(own).size).toBe(own.length);
  }
});

function truthOf(company: string): Simulation["truth"] {
  const simulation = year.get(company);
  if (simulation === undefined) throw new Error(`no simulation of ${company}`);
  return simulation.truth;
}

function entriesOf(simulation: Simulation | undefined): Booking[] {
  return (simulation?.truth.accounts ?? []).flatMap(({ days }) => days.flatMap(({ entries }) => entries));
}

function everyEntry(): Booking[] {
  return [...year.values()].flatMap(entriesOf);
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
