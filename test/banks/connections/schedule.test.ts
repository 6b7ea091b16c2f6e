import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrivalOf, nextCheck } from "../../../src/banks/connections/arrival.ts";
import { isTemporaryName, nameFits } from "../../../src/banks/connections/channels/channel.ts";
import { backOffMs, readSchedule } from "../../../src/banks/connections/schedule.ts";
import type { BusinessCalendar } from "../../../src/time/business-days.ts";
import type { Day } from "../../../src/time/day.ts";

describe("a schedule", () => {
  const after = new Date("2026-03-28T23:50:00Z");

  test.each([
    ["every 15m", "2026-03-29T00:05:00.000Z"],
    ["every 2 h", "2026-03-29T01:50:00.000Z"],
    ["0 6 * * *", "2026-03-29T04:00:00.000Z"],
    ["*/20 6-9 * * 1-5", "2026-03-30T04:00:00.000Z"],
  ])("%s comes next at %s, by the clock of the bank over the change to summer time", (text, next) => {
    expect(readSchedule(text, "Europe/Berlin").next(after).toISOString()).toBe(next);
  });

  test.each(["", "every 0m", "every 8d", "every fortnight", "6 o'clock", "61 * * * *", "0 6 * *", "* * * * * *", "0 0 31 2 *"])(
    "%j is refused with how to write it",
    (text) => {
      expect(() => readSchedule(text, "Europe/Berlin")).toThrow(/is not a schedule/);
    },
  );

  test("retries pause 1, 2, 4 … 60 minutes and at most a fifth more", () => {
    expect([1, 2, 3, 6, 7, 50].map((attempt) => backOffMs(attempt, () => 0) / 60_000)).toEqual([1, 2, 4, 32, 60, 60]);
    expect(backOffMs(1, () => 1) / 60_000).toBe(1.2);
  });
});

describe("a delivery", () => {
  const easter: BusinessCalendar = {
    weekendDays: [6, 7],
    exceptions: new Map([
      ["2026-04-03" as Day, "holiday"],
      ["2026-04-06" as Day, "holiday"],
    ]),
  };
  const rule = { expectedBy: "07:30", timeZone: "Europe/Berlin", slaMinutes: 60, calendar: easter };
  const since = new Date("2026-01-05T10:00:00Z");
  const late = (covered: string | null, now: string) => arrivalOf(rule, covered as Day | null, since, new Date(now)).late;

  test("of Thursday is due on Tuesday after Easter, by the bank's clock and an hour's grace, and no sooner", () => {
    expect(late("2026-04-01", "2026-04-06T12:00:00Z")).toBe(false);
    expect(late("2026-04-01", "2026-04-07T06:29:00Z")).toBe(false);
    expect(late("2026-04-01", "2026-04-07T06:30:00Z")).toBe(true);
    expect(late("2026-04-02", "2026-04-07T23:00:00Z")).toBe(false);
  });

  test("that comes late for yesterday is not taken for today's", () => {
    expect(late("2026-03-09", "2026-03-11T07:30:00Z")).toBe(true);
    expect(late("2026-03-10", "2026-03-11T07:30:00Z")).toBe(false);
  });

  test("is not missed for days before the connection was made", () => {
    expect(late(null, "2026-01-05T12:00:00Z")).toBe(false);
    expect(late(null, "2026-01-06T07:30:00Z")).toBe(true);
    expect(late("2025-11-28", "2026-01-05T12:00:00Z")).toBe(false);
  });

  test("that was in time turns late only at a moment that is watched", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("2026-02-01T00:00:00Z"), max: new Date("2026-12-01T00:00:00Z"), noInvalidDate: true }),
        fc.integer({ min: 0, max: 600 }),
        (now, slaMinutes) => {
          const own = { ...rule, slaMinutes };
          const next = nextCheck(own, now);
          expect(next > now).toBe(true);
          const { due } = arrivalOf(own, null, since, now);
          // Covered through what is due now: nothing is late until the next check, and then it is.
          expect(arrivalOf(own, due, since, new Date(next.getTime() - 1)).late).toBe(false);
          expect(arrivalOf(own, due, since, next).late).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("names of files", () => {
  test.each(["a.xml.part", "a.TMP", ".a.xml", "~a.xml", "a.filepart", "a.xml~", "a.crdownload"])("%s is still being written", (name) => {
    expect(isTemporaryName(name)).toBe(true);
  });
  test.each(["partial-statement.xml", "tmp.xml", "a.part.xml", "STATEMENT"])("%s is not", (name) => {
    expect(isTemporaryName(name)).toBe(false);
  });
  test("patterns are of names, not of expressions", () => {
    expect(nameFits("camt.053.XML", ["*.xml"])).toBe(true);
    expect(nameFits("camtx053.xml", ["camt.*.xml"])).toBe(false);
    expect(nameFits("a1.sta", ["*.xml", "a?.sta"])).toBe(true);
    expect(nameFits("anything", [])).toBe(true);
    expect(nameFits("(a+)+b", ["(a+)+$"])).toBe(false);
  });
});
