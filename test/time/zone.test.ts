import { expect, test } from "vitest";
import { businessDayAfter, businessDayBefore, isBusinessDay, mondayToFriday } from "../../src/time/business-days.ts";
import type { Day } from "../../src/time/day.ts";
import { localMoment, momentAt } from "../../src/time/zone.ts";

test("a day and time in a zone is one moment, also across the change of summer time", () => {
  expect(momentAt("2026-03-27" as Day, "09:00", "Europe/Berlin").toISOString()).toBe("2026-03-27T08:00:00.000Z");
  expect(momentAt("2026-03-30" as Day, "09:00", "Europe/Berlin").toISOString()).toBe("2026-03-30T07:00:00.000Z");
  expect(momentAt("2026-03-30" as Day, "09:00:00", "Asia/Tokyo").toISOString()).toBe("2026-03-30T00:00:00.000Z");
});

test("a moment is shown on the zone's own day", () => {
  expect(localMoment(new Date("2026-03-29T23:30:00Z"), "Asia/Tokyo")).toEqual({ day: "2026-03-30", time: "08:30:00" });
});

test("holidays and worked weekends stand above the weekday rule", () => {
  const calendar = {
    ...mondayToFriday,
    exceptions: new Map([
      ["2026-04-06" as Day, "holiday" as const],
      ["2026-04-11" as Day, "business" as const],
    ]),
  };
  expect(isBusinessDay(calendar, "2026-04-06" as Day)).toBe(false);
  expect(isBusinessDay(calendar, "2026-04-11" as Day)).toBe(true);
  expect(businessDayAfter(calendar, "2026-04-03" as Day)).toBe("2026-04-07");
  expect(businessDayBefore(calendar, "2026-04-13" as Day)).toBe("2026-04-11");
});
