import { expect, test } from "vitest";
import { type AccountStatement, accountStatements } from "../../../src/banks/simulator/account-statement.ts";
import { albrechtGroup } from "../../../src/banks/simulator/companies/albrecht-group.ts";
import { type Fault, withFaults } from "../../../src/banks/simulator/faults.ts";
import { simulate } from "../../../src/banks/simulator/simulate.ts";
import { parseDay } from "../../../src/time/day.ts";

const sunday = accountStatements(
  simulate({ seed: "faults", company: albrechtGroup, from: parseDay("2026-09-01"), to: parseDay("2026-11-22") }),
);
const of = (statements: readonly AccountStatement[], account: string) =>
  statements.filter((statement) => statement.account.key === account);
const after = (fault: Fault) => withFaults(sunday, [fault]);

test("without faults every statement is sent as the books have it", () => {
  expect(withFaults(sunday, [])).toEqual(sunday);
});

test("a missing day leaves a hole of one in the sequence of its account and touches no other", () => {
  const sent = after({ kind: "missing_day", account: "uk-operating", bankDaysAgo: 11 });
  expect(sent).toHaveLength(sunday.length - 1);
  const steps = of(sent, "uk-operating").map(({ sequence }, index, all) => sequence - (all[index - 1]?.sequence ?? sequence - 1));
  expect(steps.filter((step) => step !== 1)).toEqual([2]);
});

test("a lost entry leaves a statement whose entries do not make its closing", () => {
  const sent = after({ kind: "lost_entry", account: "jp-operating", bankDaysAgo: 8 });
  const broken = sent.filter(
    ({ openingMinor, closingMinor, entries }) => entries.reduce((sum, { amountMinor }) => sum + amountMinor, openingMinor) !== closingMinor,
  );
  expect(broken).toHaveLength(1);
  expect(broken[0]?.account.key).toBe("jp-operating");
  expect(broken[0]?.totals.count).toBe((broken[0]?.entries.length ?? 0) + 1);
});

test("a late bank has sent nothing of the last days", () => {
  const sent = after({ kind: "late", account: "de-collection", bankDays: 3 });
  expect(of(sent, "de-collection").at(-1)?.day).toBe("2026-11-17");
  expect(of(sent, "de-operating").at(-1)?.day).toBe("2026-11-20");
});

test("an account with intraday reports only has the last day as a report whose balance is the one so far", () => {
  const report = of(after({ kind: "intraday_only", account: "de-operating" }), "de-operating").at(-1);
  expect(report).toMatchObject({ kind: "report", day: "2026-11-20" });
  expect(report?.entries.reduce((sum, { amountMinor }) => sum + amountMinor, report.openingMinor)).toBe(report?.closingMinor);
});

test("a fault on an account that is not there changes nothing", () => {
  expect(after({ kind: "missing_day", account: "nowhere", bankDaysAgo: 3 })).toEqual(sunday);
});
