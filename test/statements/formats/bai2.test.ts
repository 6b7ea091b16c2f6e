import { describe, expect, test } from "vitest";
import { codes, collect } from "../collect.ts";

const file = (accounts: string, group = "02,RCV,ORG,1,260331,2340,USD,2/", last = "") =>
  `01,SND,RCV,260401,0713,7,80,1,2/\n${group}\n${accounts}${last}98,,1,/\n99,,1,/\n`;
const account = (body: string, head = "03,12345,USD,010,10000,,,015,12500,,/", control = "49,,/\n") => `${head}\n${body}${control}`;

async function entries(body: string, currency = "USD") {
  const read = await collect(file(account(body, `03,12345,${currency},,,,/`)));
  expect(read.problems.filter((problem) => problem.severity === "refusal")).toEqual([]);
  return read.statements[0]?.entries ?? [];
}

describe("a BAI2 account", () => {
  test("is a statement with balances, signed entries and declared totals, and adds up", async () => {
    const read = await collect(
      "01,SND,RCV,260401,0713,7,80,1,2/\n02,RCV,ORG,1,260331,2340,USD,2/\n03,12 345,USD,010,10000,,,015,12500,,/\n88,040,9000,,,100,5000,1,,400,2500,1,/\n16,165,5000,V,260402,,BANK1,CUST1,DIVIDEND/\n16,475,2500,,,,CHECK, PAID 03/31/\n49,46500,5/\n98,46500,1,7/\n99,46500,1,9/\n",
    );
    expect(read).toMatchObject({ accepted: true, format: "bai2", variant: "BAI2", problems: [] });
    const [statement] = read.statements;
    expect(statement?.header).toMatchObject({
      kind: "statement",
      account: { id: "12345", scheme: "other", servicer: "ORG" },
      currency: "USD",
      id: "7",
      createdAt: "2026-04-01T07:13:00",
      periodTo: "2026-03-31",
    });
    expect(statement?.balances.map((balance) => [balance.type, balance.code, balance.amount])).toEqual([
      ["OPBD", "010", "100.00"],
      ["CLBD", "015", "125.00"],
      ["OPAV", "040", "90.00"],
    ]);
    expect(statement?.entries).toMatchObject([
      {
        amount: "50.00",
        bookingDate: "2026-03-31",
        valueDate: "2026-04-02",
        bankReference: "BANK1",
        reference: "CUST1",
        text: "DIVIDEND",
        transactionCode: "165",
      },
      { amount: "-25.00", bankReference: null, reference: null, text: "CHECK, PAID 03/31" },
    ]);
    expect(statement?.declared).toMatchObject([{ credits: "50.00", creditCount: 1, debits: "25.00", debitCount: 1 }]);
    expect(statement?.sums).toMatchObject({ balanced: true, bookedNet: "25.00" });
  });

  test("that does not add up is read, and the difference is named", async () => {
    expect(codes(await collect(file(account("16,165,1,,,,X/\n"))))).toEqual(["BALANCE_BREAK"]);
  });

  test.each([
    ["JPY", "123"],
    ["KWD", "0.123"],
    ["USD", "1.23"],
  ])("in %s has its implied decimals", async (currency, amount) => {
    expect(await entries("16,165,123,,,,X/\n", currency)).toMatchObject([{ amount, currency }]);
  });

  test("takes its currency from the group, and else is in USD with a warning", async () => {
    const body = "03,1,,,,,/\n16,165,123,,,,X/\n49,,/\n";
    expect((await collect(file(body, "02,R,O,1,260331,,GBP,2/"))).statements[0]?.header.currency).toBe("GBP");
    const bare = await collect(file(body, "02,,O,1,260331,14:59:35,,/ "));
    expect(bare.statements[0]?.header.currency).toBe("USD");
    expect(codes(bare)).toEqual(["CURRENCY_MISSING"]);
  });

  test("of the same day is a report, of the day before a statement", async () => {
    expect((await collect(file(account(""), "02,R,O,1,260331,1200,USD,3/"))).statements[0]?.header.kind).toBe("report");
  });

  test("with signs and zeros in its amounts is read", async () => {
    const read = await collect(file(account("", "03,1,CAD,010,+000000000000,,,015,-000000000150,4,0/")));
    expect(read.statements[0]?.balances.map((balance) => balance.amount)).toEqual(["0.00", "-1.50"]);
  });
});

describe("funds types", () => {
  test.each([
    ["V with a date", "16,165,100,V,260402,1200,BANK,CUST,TEXT/", "2026-04-02"],
    ["V without a time", "16,165,100,V,260402,,BANK,CUST,TEXT/", "2026-04-02"],
    ["S with three amounts", "16,165,100,S,50,30,20,BANK,CUST,TEXT/", null],
    ["D with pairs", "16,165,100,D,2,0,60,1,40,BANK,CUST,TEXT/", null],
    ["0, immediate", "16,165,100,0,BANK,CUST,TEXT/", "2026-03-31"],
    ["1, one day", "16,165,100,1,BANK,CUST,TEXT/", null],
    ["Z, unknown", "16,165,100,Z,BANK,CUST,TEXT/", "2026-03-31"],
  ])("%s are stepped over", async (_, line, valueDate) => {
    expect(await entries(`${line}\n`)).toMatchObject([
      { amount: "1.00", valueDate, bankReference: "BANK", reference: "CUST", text: "TEXT" },
    ]);
  });

  test("in summaries are stepped over, also where an 88 goes on", async () => {
    const read = await collect(file(account("88,015,300,,S,1,2,3,045,400,2,D,1,0,400/\n", "03,1,USD,010,100,,V,260331,,040,200,,0/")));
    expect(read.statements[0]?.balances.map((balance) => [balance.code, balance.amount])).toEqual([
      ["010", "1.00"],
      ["040", "2.00"],
      ["015", "3.00"],
      ["045", "4.00"],
    ]);
  });

  test("left out at the end of an 03 are not taken from its 88", async () => {
    for (const cut of [
      "03,1,USD,010,100,,,015,300/",
      "03,1,USD,010,100,,,015,300,/",
      "03,1,USD,010,100,,,015,300,,/",
      "03,1,USD,010,100,,,015,300,,,/",
    ]) {
      const read = await collect(file(account("88,040,200,,,045,400,,/\n", cut)));
      expect(read.statements[0]?.balances.map((balance) => balance.amount)).toEqual(["1.00", "3.00", "2.00", "4.00"]);
    }
  });
});

describe("text and continuations", () => {
  test("keeps commas and slashes, and 88s are further lines", async () => {
    const [found] = await entries("16,447,60000,,SPB1,1111,ACH Credit, a/b: EXP; -, SEC\n88,EREF: E-1\n88,DBNM: TEST INC,/\n");
    expect(found).toMatchObject({ text: "ACH Credit, a/b: EXP; -, SEC\nEREF: E-1\nDBNM: TEST INC,", endToEndId: "E-1", reference: "1111" });
  });

  test("an 88 goes on with the fields that its 16 leaves out", async () => {
    expect(await entries("16,165,100,S,50/\n88,30,20,BANK,CUST,TEXT/\n88,MORE/\n")).toMatchObject([
      { bankReference: "BANK", reference: "CUST", text: "TEXT\nMORE" },
    ]);
  });

  test("several records stand on one line, and text is wrapped without 88", async () => {
    const read = await collect(
      "01,SND,RCV,260401,0713,7,80,1,2/02,RCV,ORG,1,260331,2340,USD,2/   03,1,USD,010,100,,,015,300,,/\n16,165,200,,B,C,SALE OF 12/16 AND\n16,500 PIECES/49,600,3/98,600,1,5/99,600,1,7/",
    );
    expect(read.problems).toEqual([]);
    expect(read.statements[0]?.entries).toMatchObject([{ amount: "2.00", text: "SALE OF 12/16 AND16,500 PIECES" }]);
  });

  test("trailing blanks and a missing slash at the end are no matter", async () => {
    expect(await collect(file(account("16,165,2500,,B,C,X   \n").replaceAll("/\n", "/   \n")).replace("99,,1,/\n", "99,,1"))).toMatchObject(
      { accepted: true, problems: [] },
    );
  });
});

describe("type codes", () => {
  test("1xx-3xx and 920-959 are credits, 4xx-6xx and 960-999 debits, the rest is information", async () => {
    const found = await entries("16,399,1,,,,/\n16,400,1,,,,/\n16,699,1,,,,/\n16,925,1,,,,/\n16,970,1,,,,/\n16,890,,,,,NOTE/\n");
    expect(found.map((entry) => [entry.amount, entry.status])).toEqual([
      ["0.01", "booked"],
      ["-0.01", "booked"],
      ["-0.01", "booked"],
      ["0.01", "booked"],
      ["-0.01", "booked"],
      ["0", "information"],
    ]);
  });
});

describe("controls", () => {
  const three = (control: string, accounts = "1", groups = "1", count = "4") =>
    `01,S,R,260401,0713,7,,,2/\n02,R,O,1,260331,,USD,2/\n03,1,USD,010,100,,,015,300,,/\n16,165,200,,,,X/\n88,Y\n49,${control},${count}/\n98,600,${accounts},6/\n99,600,${groups},8/\n`;

  test("that agree are silent, whether 88s are counted by the bank as records or not given at all", async () => {
    expect(codes(await collect(three("600")))).toEqual([]);
    expect(codes(await collect(three("")))).toEqual([]);
    expect(codes(await collect(three("+000000600")))).toEqual([]);
  });

  test("that differ warn, and the entries stand", async () => {
    const read = await collect(three("601"));
    expect(read).toMatchObject({ accepted: true, statements: [{ sums: { balanced: true } }] });
    expect(codes(read)).toContain("CONTROL_TOTAL");
  });

  test("a missing account or group is a break", async () => {
    expect((await collect(three("600", "2"))).problems).toMatchObject([{ severity: "break", code: "TOTALS_MISMATCH", line: 7 }]);
    expect((await collect(three("600", "1", "3"))).problems).toMatchObject([{ severity: "break", code: "TOTALS_MISMATCH", line: 8 }]);
  });

  test("a wrong count of records warns", async () => {
    expect(codes(await collect(three("600", "1", "1", "44")))).toEqual(["RECORD_COUNT"]);
  });
});

describe("a file is refused with its line", () => {
  test.each([
    ["when it ends without its 99", file(account("")).replace(/98[\s\S]*/, ""), "TRUNCATED", 4],
    ["when a detail stands outside of an account", file("16,165,1,,,,X/\n"), "SYNTAX", 3],
    ["when a line begins with no record code", file(account("")).replace("03,", "33,"), "SYNTAX", 3],
    ["when an amount is none", file(account("16,165,1x,,,,X/\n")), "AMOUNT_UNREADABLE", 4],
    ["when a credit has no amount", file(account("16,165,,,,,X/\n")), "AMOUNT_UNREADABLE", 4],
    ["when summaries cannot be told apart", file(account("", "03,1,USD,010,100,,,ABC,300,,/")), "SYNTAX", 3],
    ["when the group takes back what was sent", file(account(""), "02,R,O,2,260331,,USD,2/"), "GROUP_DELETED", 2],
    ["when it continues nothing", "01,S,R,260401,0713,7,,,2/\n03,1,USD,,,,/\n", "SYNTAX", 2],
  ])("%s", async (_, text, code, line) => {
    const read = await collect(text);
    expect(read).toMatchObject({ accepted: false });
    expect(read.problems.at(-1)).toMatchObject({ severity: "refusal", code, line });
  });
});
