import { expect, test } from "vitest";
import { addBankDays, bankDayOnOrAfter, bankDayOnOrBefore, type Country, isBankDay } from "../../../src/banks/simulator/bank-days.ts";
import { parseDay } from "../../../src/time/day.ts";

// Known closing days: ECB calendar, gov.uk, Federal Reserve, Cabinet Office of Japan, for 2025 to 2027.
const closed: ReadonlyArray<readonly [Country, string]> = [
  ["DE", "2026-04-03"],
  ["DE", "2026-04-06"],
  ["DE", "2026-05-01"],
  ["DE", "2025-12-26"],
  ["NL", "2027-03-26"],
  ["GB", "2026-05-04"],
  ["GB", "2026-05-25"],
  ["GB", "2026-08-31"],
  ["GB", "2026-12-28"],
  ["GB", "2027-12-27"],
  ["GB", "2027-12-28"],
  ["US", "2026-11-26"],
  ["US", "2026-01-19"],
  ["US", "2027-07-05"],
  ["US", "2026-05-25"],
  ["JP", "2026-09-21"],
  ["JP", "2026-09-22"],
  ["JP", "2026-09-23"],
  ["JP", "2026-05-06"],
  ["JP", "2025-11-24"],
  ["JP", "2026-12-31"],
  ["KW", "2026-11-20"],
  ["KW", "2026-11-21"],
  ["KW", "2026-02-25"],
];
const open: ReadonlyArray<readonly [Country, string]> = [
  ["DE", "2026-06-04"],
  ["GB", "2026-05-01"],
  ["US", "2026-11-27"],
  ["JP", "2026-09-24"],
  ["KW", "2026-11-22"],
];

test.each(closed)("banks in %s are closed on %s", (country, day) => {
  expect(isBankDay(country, parseDay(day))).toBe(false);
});

test.each(open)("banks in %s are open on %s", (country, day) => {
  expect(isBankDay(country, parseDay(day))).toBe(true);
});

test("a date on a closed day moves to the bank day before or after it", () => {
  expect(bankDayOnOrAfter("DE", parseDay("2026-04-03"))).toBe("2026-04-07");
  expect(bankDayOnOrBefore("DE", parseDay("2026-04-06"))).toBe("2026-04-02");
  expect(addBankDays("DE", parseDay("2026-12-24"), 1)).toBe("2026-12-28");
  expect(addBankDays("KW", parseDay("2026-11-22"), -1)).toBe("2026-11-19");
});
