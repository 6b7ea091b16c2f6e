import { randomFillSync } from "node:crypto";
import { type Day, dayFromNumber, dayNumber } from "../../time/day.ts";

/**
 * Ids that carry their day (UUID version 8, RFC 9562): 24 bits days since 2000-01-01, 36 bits of time in steps of 16 ms, 14 bits
 * counter, 48 bits random. The database checks that an id's day is its row's day, so an id is unique over all monthly partitions
 * without a table beside them, and rows made in one go keep their order.
 */
export function dayId(day: Day): string {
  const days = dayNumber(day) - firstDay;
  if (days < 0 || days > 0xffffff) throw new RangeError(`day ${day} does not fit an id`);
  const now = Math.floor(Date.now() / 16) % 2 ** 36;
  // More than 16,384 ids within 16 ms borrow the steps that follow; the clock catches up, and no step is used twice.
  if (now > step) [step, counter] = [now, 0];
  else if (counter < 0x3fff) counter += 1;
  else [step, counter] = [step + 1, 0];
  if (offset + 6 > randomness.length) {
    randomFillSync(randomness);
    offset = 0;
  }
  const random = randomness.toString("hex", offset, offset + 6);
  offset += 6;
  const prefix = hex(days, 6) + hex(Math.floor(step / 65536), 5);
  return `${prefix.slice(0, 8)}-${prefix.slice(8, 11)}${hex(Math.floor((step % 65536) / 4096), 1)}-8${hex(step % 4096, 3)}-${hex(0x8000 | counter, 4)}-${random}`;
}

/** The day that an id carries. */
export function dayOfId(id: string): Day {
  return dayFromNumber(Number.parseInt(id.slice(0, 6), 16) + firstDay);
}

/** The lowest id a day can have: `id >= lowestId(from) and id < lowestId(after)` is a range of days on the primary key. */
export function lowestId(day: Day): string {
  const days = dayNumber(day) - firstDay;
  return `${hex(Math.max(0, Math.min(0xffffff, days)), 6)}00-0000-0000-0000-000000000000`;
}

const firstDay = 10_957; // 2000-01-01 as days since 1970-01-01
const randomness = Buffer.alloc(6 * 1024);
let offset = randomness.length;
let step = -1;
let counter = 0;

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
