import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRateFile } from "../../src/rates/rate-file.ts";
import { canonicalRate, canonicalText, contentHashOf } from "../../src/rates/rate-set.ts";
import type { Day } from "../../src/time/day.ts";

const day = "2026-04-13" as Day;

describe("a file of rates", () => {
  test("as the ECB's history: a column for each currency, N/A where there is none, newest first", () => {
    const text = "Date,USD,JPY,BGN,\n2026-04-13,1.1684,186.75,N/A,\n2026-04-10,1.1711,186.43,1.9558,\n";
    expect(readRateFile(text)).toEqual([
      {
        day: "2026-04-10",
        rates: [
          { base: "EUR", quote: "USD", rate: "1.1711" },
          { base: "EUR", quote: "JPY", rate: "186.43" },
          { base: "EUR", quote: "BGN", rate: "1.9558" },
        ],
      },
      {
        day,
        rates: [
          { base: "EUR", quote: "USD", rate: "1.1684" },
          { base: "EUR", quote: "JPY", rate: "186.75" },
        ],
      },
    ]);
  });

  test("as the ECB's daily file: the month in words", () => {
    expect(readRateFile("Date, USD, JPY, \n13 April 2026, 1.1684, 186.75, \n")[0]?.day).toBe(day);
  });

  test("as any table of pairs: decimal comma where a semicolon parts the columns", () => {
    const wanted = [{ day, rates: [{ base: "USD", quote: "CHF", rate: "0.791" }] }];
    expect(readRateFile("base;quote;rate\nUSD;CHF;0,7910\n", { day })).toEqual(wanted);
    expect(readRateFile("Datum;Währungspaar;Kurs\n2026-04-13;USD/CHF;0,791\n")).toEqual(wanted);
    expect(readRateFile("date,from,to,rate\n2026-04-13,usd,chf,0.791\n2026-04-13,usd,eur,-\n")).toEqual(wanted);
  });

  test.each([
    ["", "no line"],
    ["Date,USD\n", "no line"],
    ["name,colour\nx,red\n", "names no rates"],
    ["base,quote,rate\nUSD,CHF,0.79\n", "of which day"],
    ["Date,USD\n13/04/2026,1.1\n", 'line 2: "13/04/2026" is not a day'],
    ["Date,USD\n2026-02-30,1.1\n", "is not a day"],
    ["Date,USD\n2026-04-13,1.1.1\n", "is not a rate"],
    ["Date,USD\n2026-04-13,-1.1\n", "is not a rate"],
    ["Date,USD\n2026-04-13,0\n", "is not a rate"],
    ["Date,USD\n2026-04-13,1e3\n", "is not a rate"],
    ["Date,USD\n2026-04-13,1.1234567890123\n", "is not a rate"],
    ["date,base,quote,rate\n2026-04-13,USD,USD,1\n", "not between two currencies"],
    ["date,base,quote,rate\n2026-04-13,USD,XXA,1\n", "not between two currencies"],
    ["date,base,quote,rate\n2026-04-13,USD,EUR,1\n2026-04-13,USD,EUR,2\n", "line 3 gives USD/EUR of 2026-04-13 as 2, a line before as 1"],
  ])("%j is refused: %s", (text, why) => {
    expect(() => readRateFile(text)).toThrow(why);
  });

  test("whatever stands in it, it is read or refused as invalid input", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.oneof(fc.string(), fc.constantFrom("Date", "USD", "rate", "2026-04-13", "1.1")))), (cells) => {
        const text = cells.map((line) => line.join(",")).join("\n");
        try {
          readRateFile(text);
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid_input" });
        }
      }),
    );
  });
});

describe("the canonical text", () => {
  test("does not depend on the order of rates or on needless zeros", () => {
    const set = { kind: "fixing", source: "ecb", day } as const;
    const [usd, jpy] = [
      { base: "EUR", quote: "USD", rate: "1.1684" },
      { base: "EUR", quote: "JPY", rate: "186.75" },
    ];
    expect(canonicalText({ ...set, rates: [usd, jpy] })).toBe("fixing ecb 2026-04-13\nEUR/JPY 186.75\nEUR/USD 1.1684");
    expect(contentHashOf({ ...set, rates: [jpy, { ...usd, rate: "01.16840" }] })).toBe(contentHashOf({ ...set, rates: [usd, jpy] }));
    expect(contentHashOf({ ...set, rates: [jpy] })).not.toBe(contentHashOf({ ...set, rates: [usd, jpy] }));
    expect(canonicalRate("1.10000")).toBe("1.1");
  });
});
