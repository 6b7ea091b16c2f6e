import fc from "fast-check";
import { expect, test } from "vitest";
import { addDays as addOnServer, dayFromNumber, isoWeekday } from "../../../src/time/day.ts";
import { addDays, dayRange, isoWeek, isWeekend, previousWeekday, weekday, weekLabel } from "../../../web/kit/days.ts";

const day = fc.integer({ min: -20_000, max: 40_000 }).map(dayFromNumber);

test("days on the page are the days of the server, in every time zone", () => {
  fc.assert(
    fc.property(day, fc.integer({ min: -800, max: 800 }), (start, count) => {
      expect(addDays(start, count)).toBe(addOnServer(start, count));
      expect(weekday(start)).toBe(isoWeekday(start));
    }),
  );
});

test("a week belongs to the year of its Thursday", () => {
  expect(isoWeek("2026-01-01")).toEqual({ year: 2026, week: 1 });
  expect(isoWeek("2027-01-01")).toEqual({ year: 2026, week: 53 });
  expect(isoWeek("2024-12-30")).toEqual({ year: 2025, week: 1 });
  expect(weekLabel("2026-11-22")).toBe("W47");
});

test("the close before a Monday or a Sunday is Friday's", () => {
  expect(previousWeekday("2026-11-23")).toBe("2026-11-20");
  expect(previousWeekday("2026-11-22")).toBe("2026-11-20");
  expect(previousWeekday("2026-11-20")).toBe("2026-11-19");
  expect(isWeekend("2026-11-22")).toBe(true);
});

test("a range holds both its ends, and none when it ends before it begins", () => {
  expect(dayRange("2026-02-27", "2026-03-01")).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
  expect(dayRange("2026-03-02", "2026-03-01")).toEqual([]);
});
