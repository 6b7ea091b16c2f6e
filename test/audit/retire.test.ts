import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Candidate, candidatesBefore, monthsBefore } from "../../src/audit/retire/candidates.ts";
import { isRetirementOf, placesOf, type Retirement, rangesOf, readRetirement, signRetirement } from "../../src/audit/retire/record.ts";

const day = (moment: Date) => moment.toISOString().slice(0, 10);
const month = fc.integer({ min: 0, max: 400 }).map((index) => {
  const at = (months: number) => day(new Date(Date.UTC(2005, months, 1)));
  return { part: `audit_log_${index}`, from: at(index), to: at(index + 1) } satisfies Candidate;
});

describe("invariant 36: what may be retired is computed from bounds", () => {
  test("nothing younger than the policy keeps, whatever partitions, names and clock", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(month, { maxLength: 60, selector: ({ from }) => from }),
        fc.date({ min: new Date("2010-01-01"), max: new Date("2045-12-31"), noInvalidDate: true }),
        fc.integer({ min: 84, max: 180 }),
        fc.integer({ min: 0, max: 420 }),
        (parts, now, keptMonths, beforeIndex) => {
          const before = day(new Date(Date.UTC(2005, beforeIndex, 1))).slice(0, 7);
          const today = day(now);
          const oldest = monthsBefore(today, keptMonths);
          let chosen: Candidate[];
          try {
            chosen = candidatesBefore(parts, before, { keptMonths, today, onHold: false });
          } catch (error) {
            expect(error).toMatchObject({ code: "audit_retention" });
            expect(`${before}-01` > oldest).toBe(true);
            return;
          }
          for (const { to } of chosen) expect(to <= oldest && to <= `${before}-01`).toBe(true);
          expect(chosen.length).toBe(parts.filter(({ to }) => to <= `${before}-01`).length);
        },
      ),
    );
  });

  test("a month that is kept longer is refused, with the latest that may go", () => {
    const policy = { keptMonths: 84, today: "2026-11-22", onHold: false };
    expect(() => candidatesBefore([], "2019-12", policy)).toThrow(/kept 84 months: what was written since 2019-11-22 stays/);
    expect(candidatesBefore([{ part: "p", from: "2019-09-01", to: "2019-10-01" }], "2019-11", policy)).toHaveLength(1);
  });

  test.each(["2019", "2019-13", "2019-1", "yesterday", "2019-01-01"])("%s is no month", (before) => {
    expect(() => candidatesBefore([], before, { keptMonths: 84, today: "2026-11-22", onHold: false })).toThrow(/is not a month/);
  });

  test("a month before the 31st ends with its last day", () => {
    expect([monthsBefore("2026-05-31", 3), monthsBefore("2024-02-29", 12), monthsBefore("2026-01-31", 120)]).toEqual([
      "2026-02-28",
      "2023-02-28",
      "2016-01-31",
    ]);
  });
});

describe("the record", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const retirement: Retirement = {
    ...{ chain: "0b9d0b5e-5b8a-4a0e-9a53-6f3f0a4d2c11", part: "audit_log_2016_03", rows: 12, keptMonths: 120, by: "command:ada" },
    ...{ from: "2016-03-01T00:00:00Z", to: "2016-04-01T00:00:00Z", reason: 'said "so"\nblock 7', at: "2026-04-02T00:00:00.000Z" },
    ...{ archive: "ab".repeat(32), keyId: "0123456789abcdef" },
    blocks: [
      { block: 3n, root: "cd".repeat(32), places: [[0, 4]] },
      {
        block: 4n,
        root: "ef".repeat(32),
        places: [
          [0, 0],
          [2, 7],
        ],
      },
    ],
  };

  test("reads as it was written, also one of no row", () => {
    expect(readRetirement(signRetirement(retirement, { privateKey }).statement)).toEqual(retirement);
    const empty = { ...retirement, rows: 0, blocks: [] };
    expect(readRetirement(signRetirement(empty, { privateKey }).statement)).toEqual(empty);
  });

  test("a changed character anywhere is not signed", () => {
    const signed = signRetirement(retirement, { privateKey });
    expect(isRetirementOf(signed, publicKey)).toBe(true);
    for (let at = 0; at < signed.statement.length; at += 1) {
      const statement = `${signed.statement.slice(0, at)}${signed.statement[at] === "0" ? "1" : "0"}${signed.statement.slice(at + 1)}`;
      expect(isRetirementOf({ ...signed, statement }, publicKey)).toBe(false);
    }
  });

  test("places and ranges say the same", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(300)), (some) => {
        const places = [...some].sort((one, other) => one - other);
        expect(placesOf(rangesOf(places))).toEqual(places);
      }),
    );
    expect(rangesOf([0, 1, 2, 5, 7, 8])).toEqual([
      [0, 2],
      [5, 5],
      [7, 8],
    ]);
  });
});
