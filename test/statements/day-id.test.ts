import { expect, test } from "vitest";
import { dayId, lowestId } from "../../src/statements/posting/day-id.ts";
import type { Day } from "../../src/time/day.ts";

test("an id is a version 8 UUID that carries its day and keeps the order in which ids were made", () => {
  const ids = Array.from({ length: 50_000 }, () => dayId("2026-11-20" as Day));
  expect(ids[0]).toMatch(/^00265[0-9a-f]{3}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt((ids[0] as string).slice(0, 6), 16)).toBe(9820);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test("ids made for longer than the clock takes to step on keep their order too", () => {
  const ids: string[] = [];
  for (const until = Date.now() + 300; Date.now() < until; )
    for (let count = 0; count < 2_000; count += 1) ids.push(dayId("2026-11-20" as Day));
  for (let index = 1; index < ids.length; index += 1)
    if ((ids[index] as string) <= (ids[index - 1] as string)) expect.fail(`${ids[index]} is not behind ${ids[index - 1]}`);
});

test("the lowest id of a day is above every id of the day before and below every id of the day", () => {
  expect(lowestId("2026-11-20" as Day) > dayId("2026-11-19" as Day)).toBe(true);
  expect(lowestId("2026-11-20" as Day) < dayId("2026-11-20" as Day)).toBe(true);
});
