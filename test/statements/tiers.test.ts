import { describe, expect, test } from "vitest";
import type { Day } from "../../src/time/day.ts";
import { camt053, type TestStatement } from "../helpers/camt.ts";
import { MemoryImport } from "../helpers/memory-import.ts";
import { mt940 } from "../helpers/mt940.ts";

// What docs/why/duplicates.md promises, decision by decision and in every order of arrival; import*.pg.test.ts run the like through
// PostgreSQL, and unreliable-bank.pg.test.ts all of it together.
const account = "DE02120300000000202051";

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

/** What is believed after the files came in this order: entries as "day amount", closings as "day state balance". */
async function believed(files: readonly string[]): Promise<{ entries: string[]; closings: string[] }> {
  const books = new MemoryImport();
  for (const file of files) await books.take(new TextEncoder().encode(file));
  const { entries, closings } = books.held(account);
  return {
    entries: [...entries].flatMap(([day, lines]) => lines.map((line) => `${day} ${line.split(" ")[2]}`)).sort(),
    closings: [...closings].map(([day, { state, closing }]) => `${day} ${state} ${closing}`),
  };
}

async function inAnyOrder(files: readonly string[], expected: { entries: readonly string[]; closings: readonly string[] }): Promise<void> {
  for (const order of permutations(files)) expect(await believed(order)).toEqual(expected);
}

const monday: TestStatement = { day: "2026-03-02", sequence: 1, opening: "100.00", closing: "130.00", entries: [{ amount: "30.00" }] };
const tuesday: TestStatement = { day: "2026-03-03", sequence: 2, opening: "130.00", closing: "125.00", entries: [{ amount: "-5.00" }] };
const both = {
  entries: ["2026-03-02 3000", "2026-03-03 -500"],
  closings: ["2026-03-02 sealed 13000", "2026-03-03 sealed 12500"],
};

describe("T1, the statement", () => {
  test("the same day under another id, made at another time, is known", async () => {
    const again = { ...monday, id: "again", createdAt: "2026-03-09T08:00:00Z" };
    await inAnyOrder([camt053(monday), camt053(again), camt053(tuesday)], both);
  });

  test("an id and a number that are used again for another day are another statement", async () => {
    const ids = { id: "ALWAYS THE SAME", sequence: 1 };
    await inAnyOrder([camt053({ ...monday, ...ids }), camt053({ ...tuesday, ...ids })], both);
  });

  test("correction: the bank's later statement of the same number replaces its first, though both add up", async () => {
    const wrong = { ...tuesday, closing: "126.00", entries: [{ amount: "-4.00" }], createdAt: "2026-03-03T20:00:00Z" };
    const right = { ...tuesday, createdAt: "2026-03-03T23:00:00Z" };
    await inAnyOrder([camt053(monday), camt053(wrong), camt053(right)], both);
  });

  test("no correction without the bank's word: another number, or the same moment, is a conflict and the first stands", async () => {
    const first = { ...tuesday, createdAt: "2026-03-03T20:00:00Z" };
    const other = { ...tuesday, closing: "126.00", entries: [{ amount: "-4.00" }] };
    for (const contradicting of [
      { ...other, createdAt: "2026-03-03T20:00:00Z" },
      { ...other, sequence: 3, createdAt: "2026-03-03T23:00:00Z" },
    ])
      expect(await believed([camt053(monday), camt053(first), camt053(contradicting)])).toEqual(both);
  });
});

describe("T3, twins", () => {
  test("of one day, in two formats, are two entries however often they come", async () => {
    const twins = { ...monday, closing: "160.00", entries: [{ amount: "30.00" }, { amount: "30.00" }] };
    const other = { ...twins, sequence: 900, entries: twins.entries.map((entry) => ({ ...entry, text: "in other words" })) };
    await inAnyOrder([camt053(twins), camt053(twins), mt940(other)], {
      entries: ["2026-03-02 3000", "2026-03-02 3000"],
      closings: ["2026-03-02 sealed 16000"],
    });
  });
});

describe("T5, the balance oracle", () => {
  test("two formats for the same day are one day, in other words and another order", async () => {
    const busy = { ...monday, entries: [{ amount: "50.00" }, { amount: "-20.00" }] };
    const other = {
      ...busy,
      sequence: 700,
      entries: [
        { amount: "-20.00", text: "x" },
        { amount: "50.00", text: "y" },
      ],
    };
    await inAnyOrder([camt053(busy), mt940(other), camt053(tuesday)], {
      entries: ["2026-03-02 -2000", "2026-03-02 5000", "2026-03-03 -500"],
      closings: both.closings,
    });
  });

  test("an entry booked late, in MT940, beside the part of the day it is dated on", async () => {
    const noon = { ...monday, closing: "120.00", entries: [{ amount: "20.00" }] };
    const whole = { ...monday, entries: [{ amount: "20.00" }, { amount: "10.00" }] };
    const late = { ...tuesday, closing: "132.00", entries: [{ amount: "-5.00" }, { amount: "7.00", day: "2026-03-02" as Day }] };
    await inAnyOrder([mt940(noon), mt940(whole), mt940(late), camt053({ ...late, sequence: 40 })], {
      entries: ["2026-03-02 1000", "2026-03-02 2000", "2026-03-02 700", "2026-03-03 -500"],
      closings: ["2026-03-02 sealed 13000", "2026-03-03 sealed 13200"],
    });
  });

  test("overlap: a statement over both days says nothing new of them, whichever comes first", async () => {
    const span = {
      ...{ id: "two days", from: "2026-03-02", day: "2026-03-03", opening: "100.00", closing: "125.00" },
      entries: [
        { amount: "30.00", day: "2026-03-02" },
        { amount: "-5.00", day: "2026-03-03" },
      ],
    };
    await inAnyOrder([camt053(monday), camt053(tuesday), camt053(span)], both);
  });
});

describe("sealing", () => {
  test("gap: nothing behind a day that has not come is sealed, and all of it is when the day comes", async () => {
    const wednesday = { day: "2026-03-04", sequence: 3, opening: "125.00", closing: "124.00", entries: [{ amount: "-1.00" }] };
    expect((await believed([camt053(monday), camt053(wednesday)])).closings).toEqual(["2026-03-02 sealed 13000", "2026-03-04 gap 12400"]);
    await inAnyOrder([camt053(monday), camt053(wednesday), camt053(tuesday)], {
      entries: [...both.entries, "2026-03-04 -100"],
      closings: [...both.closings, "2026-03-04 sealed 12400"],
    });
  });

  const page = (number: number, opening: string, closing: string, amount: string) =>
    camt053({
      day: "2026-03-02",
      sequence: 5,
      page: number,
      lastPage: number === 3,
      id: `page ${number}`,
      opening,
      closing,
      entries: [{ amount }],
    });
  const pages = [page(1, "0.00", "10.00", "10.00"), page(2, "10.00", "30.00", "20.00"), page(3, "30.00", "25.00", "-5.00")] as const;
  const whole = {
    entries: ["2026-03-02 -500", "2026-03-02 1000", "2026-03-02 2000"],
    closings: ["2026-03-02 sealed 2500"],
  };

  test("pages that come in any order are one day", async () => {
    await inAnyOrder(pages, whole);
  });

  test.each([[1], [2], [3]])("missing page: without page %i the day is not sealed", async (missing) => {
    for (const order of permutations(pages.toSpliced(missing - 1, 1))) {
      const { entries, closings } = await believed(order);
      expect(entries).toHaveLength(2);
      expect(closings.filter((closing) => closing.includes("sealed"))).toEqual([]);
    }
  });

  test.each([[1], [2], [3]])(
    "missing page: another format tells the whole day, whichever comes first, without page %i",
    async (missing) => {
      const other = mt940({
        day: "2026-03-02",
        sequence: 8,
        opening: "0.00",
        closing: "25.00",
        entries: [{ amount: "-5.00" }, { amount: "20.00" }, { amount: "10.00" }],
      });
      await inAnyOrder([...pages.toSpliced(missing - 1, 1), other], whole);
    },
  );

  test("an account that begins with a table, which states no opening balance, is sealed when a statement states it", async () => {
    const table =
      "IBAN;DE02120300000000202051\r\nWährung;EUR\r\n\r\nBuchungstag;Wertstellung;Text;Betrag;Saldo;Währung\r\n02.03.2026;02.03.2026;payment;30,00;130,00;EUR\r\n";
    expect((await believed([table, camt053(tuesday)])).closings).toEqual(["2026-03-02 unproven 13000", "2026-03-03 unproven 12500"]);
    await inAnyOrder([table, camt053(monday), camt053(tuesday)], both);
  });
});
