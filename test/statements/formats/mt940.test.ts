import { describe, expect, test } from "vitest";
import { codes, collect } from "../collect.ts";

const head = ":20:STARTUMS\n:25:10020030/1234567\n:28C:00012/001\n";
const message = (body: string, open = "C260331EUR100,00", close = "C260331EUR100,00") => `${head}:60F:${open}\n${body}:62F:${close}\n-\n`;

async function read(text: string) {
  return collect(text);
}

async function entries(body: string) {
  return (await collect(message(body))).statements[0]?.entries ?? [];
}

describe("an MT940 statement", () => {
  test("is read with account, number, page, balances and entries, and adds up", async () => {
    const file = await read(
      message(":61:2603310401C50,25NTRFREF1//BANK1\n:86:Rent March\n:61:260331D20,NMSCNONREF\n", "C260330EUR100,00", "C260331EUR130,25"),
    );
    expect(file).toMatchObject({ accepted: true, format: "mt940", variant: "MT940", problems: [] });
    const [statement] = file.statements;
    expect(statement?.header).toMatchObject({
      kind: "statement",
      account: { id: "10020030/1234567" },
      id: "STARTUMS",
      sequence: 12,
      page: 1,
      currency: "EUR",
    });
    expect(statement?.balances).toMatchObject([
      { type: "OPBD", code: "60F", amount: "100.00", date: "2026-03-30", interim: false },
      { type: "CLBD", code: "62F", amount: "130.25", date: "2026-03-31" },
    ]);
    expect(statement?.entries).toMatchObject([
      {
        valueDate: "2026-03-31",
        bookingDate: "2026-04-01",
        amount: "50.25",
        currency: "EUR",
        reference: "REF1",
        bankReference: "BANK1",
        transactionCode: "NTRF",
        text: "Rent March",
      },
      { valueDate: "2026-03-31", bookingDate: "2026-03-31", amount: "-20", reference: null, bankReference: null, transactionCode: "NMSC" },
    ]);
    expect(statement?.sums).toMatchObject({ balanced: true, bookedNet: "30.25" });
  });

  test("reads the same with CR LF, CR CR LF, CR, a byte order mark and no newline at the end", async () => {
    const text = message(":61:260331C5,00NTRFX\n:86:a\nb\n", "C260331EUR100,00", "C260331EUR105,00");
    const plain = await read(text);
    for (const other of [
      text.replaceAll("\n", "\r\n"),
      text.replaceAll("\n", "\r\r\n"),
      text.replaceAll("\n", "\r"),
      `\uFEFF${text}`,
      text.trimEnd(),
    ]) {
      const file = await read(other);
      expect(file.statements.map((one) => [one.entries.map((entry) => ({ ...entry, line: 0 })), one.sums?.balanced])).toEqual(
        plain.statements.map((one) => [one.entries.map((entry) => ({ ...entry, line: 0 })), one.sums?.balanced]),
      );
      expect(file.problems).toEqual([]);
    }
  });

  test("is read from SWIFT envelopes glued to each other, framed by control characters", async () => {
    const one = (body: string) =>
      `\x01{1:F01BANKDEFFAXXX0000000000}{2:O9401200260331BANKDEFF0000}{3:{108:X}}{4:\r\n${body.replaceAll("\n", "\r\n").replace(/-\r\n$/, "-}{5:{CHK:1}}\x03")}`;
    const file = await read(one(message("")) + one(message(":61:260331C1,00NTRFX\n", "C260331EUR100,00", "C260331EUR101,00")));
    expect(file.statements.map((statement) => [statement.entries.length, statement.sums?.balanced])).toEqual([
      [0, true],
      [1, true],
    ]);
    expect(file.problems).toEqual([]);
  });

  test("has pages: interim balances tie one to the next", async () => {
    const first = `${head}:60F:C260331EUR1,00\n:61:260331C1,00NTRFX\n:62M:C260331EUR2,00\n-\n`;
    const second = (open: string) =>
      `${head.replace("/001", "/002")}:60M:C260331EUR${open}\n:61:260331C1,00NTRFX\n:62F:C260331EUR3,00\n-\n`;
    const whole = await read(first + second("2,00"));
    expect(whole.problems).toEqual([]);
    expect(whole.statements.map((one) => [one.header.page, one.lastPage])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(codes(await read(first + second("2,50")))).toContain("PAGE_BREAK");
    expect(codes(await read(first))).toEqual(["PAGE_MISSING"]);
  });

  test("follows another without any separator", async () => {
    const bare = message(":61:260331C1,00NTRFX\n", "C260331EUR100,00", "C260331EUR101,00").replace("-\n", "");
    expect((await read(bare + bare.replace("1234567", "7654321"))).statements.map((one) => one.header.account.id)).toEqual([
      "10020030/1234567",
      "10020030/7654321",
    ]);
  });

  test("that does not add up is read, and the difference is named", async () => {
    const file = await read(message(":61:260331C1,00NTRFX\n"));
    expect(file).toMatchObject({ accepted: true, problems: [{ severity: "break", code: "BALANCE_BREAK", line: 6 }] });
  });
});

describe("the mark of a statement line", () => {
  test.each([
    ["C1,00", "1.00", false],
    ["D1,00", "-1.00", false],
    ["CR1,00", "1.00", false],
    ["DR1,00", "-1.00", false],
    ["RC1,00", "-1.00", true],
    ["RD1,00", "1.00", true],
    ["RCR1,00", "-1.00", true],
    ["RDR1,00", "1.00", true],
    ["DD20000,00", "-20000.00", false],
    ["CN220000,00", "220000.00", false],
    ["CF12,", "12", false],
    ["DK000000000001,62", "-1.62", false],
  ])("%s moves the balance by %s", async (mark, amount, reversal) => {
    expect(await entries(`:61:2603310331${mark}NTRFX\n`)).toMatchObject([{ amount, reversal, transactionCode: "NTRF", reference: "X" }]);
  });
});

describe("dialects of :61:", () => {
  test.each([
    [
      "without an entry date, with a type that holds a blank (ING)",
      ":61:260331D25,03NOV NONREF\n",
      { amount: "-25.03", transactionCode: "NOV", reference: null },
    ],
    ["with four blanks for the entry date (Citi)", ":61:260331    D1,00NTRFX\n", { bookingDate: "2026-03-31", amount: "-1.00" }],
    [
      "with the amount padded with zeros and a point (old Rabobank)",
      ":61:260331C000000001000.12N541EREF\n",
      { amount: "1000.12", reference: "EREF" },
    ],
    ["without the comma (Knab)", ":61:2603310331C500NTRFX//Y\n", { amount: "500", bankReference: "Y" }],
    [
      "without a type (Zenith)",
      ":61:2603310331DN43000,00//19239810200\n",
      { amount: "-43000.00", transactionCode: null, bankReference: "19239810200" },
    ],
    [
      "with type F (PostFinance)",
      ":61:2603310331C79,7FMSC01916//NONREF\n20260331007602198765432000000012\n",
      { amount: "79.7", transactionCode: "FMSC", bankReference: null },
    ],
    ["broken before the amount (Sparkasse)", ":61:2603310331CR\n30,00N062NONREF\n", { amount: "30.00", transactionCode: "N062" }],
    ["broken inside the amount", ":61:2603310331D12\n34,50NTRFREF\n", { amount: "-1234.50", transactionCode: "NTRF" }],
    [
      "with a comment behind it (Goldman Sachs)",
      ":61:2603310331D12345678901234,NTRFX\n<!-- -->\n",
      { amount: "-12345678901234", text: null },
    ],
    [
      "with the other side's account on its second line (Rabobank)",
      ":61:260331D1,00N541EREF\nNL55RABO0444444444\n",
      { counterparty: { account: "NL55RABO0444444444" } },
    ],
    ["with a name on its second line (SNS)", ":61:260331D1,00N541EREF\nJansen Bakkerij\n", { text: "Jansen Bakkerij" }],
  ])("%s", async (_, line, expected) => {
    expect(await entries(line)).toMatchObject([expected]);
  });

  test("the entry date lies in the year nearest to the value date", async () => {
    expect(await entries(":61:2512310101D1,00NTRFX\n:61:2601011231D1,00NTRFX\n")).toMatchObject([
      { valueDate: "2025-12-31", bookingDate: "2026-01-01" },
      { valueDate: "2026-01-01", bookingDate: "2025-12-31" },
    ]);
  });

  test("30 February is the month's last day, and said; an impossible date is none", async () => {
    const file = await read(message(":61:2602300301D6,00N024NONREF\n:61:3622687806C1,00NTRFX\n"));
    expect(file.statements[0]?.entries).toMatchObject([{ valueDate: "2026-02-28" }, { valueDate: null, bookingDate: null }]);
    expect(codes(file)).toEqual(expect.arrayContaining(["DATE_CLAMPED", "DATE_UNREADABLE"]));
  });

  test("a line without an amount is refused with its number", async () => {
    const file = await read(message(":61:260331C1,00NTRFX\n:61:260331CXX\n"));
    expect(file).toMatchObject({ accepted: false, problems: [{ severity: "refusal", code: "SYNTAX", line: 6 }] });
  });
});

describe("dialects of :86:", () => {
  const one = async (lines: string) => (await entries(`:61:260331C1,00NTRFX\n${lines}`))[0];

  test("German fields are taken apart although they are wrapped anywhere", async () => {
    const found = await one(
      ":86:166?00GUTSCHRIFT?100399?20EREF+RE 2026/17?21MREF+M-1?22SVWZ+Rechnung 17?23 vom 3.\n3.2026?30COBADEFFXXX?31DE1250010517064\n8489890?32KARL?33 KAUFMANN\n",
    );
    expect(found).toMatchObject({
      text: "GUTSCHRIFT\nRechnung 17 vom 3.3.2026",
      endToEndId: "RE 2026/17",
      mandateId: "M-1",
      counterparty: { name: "KARL KAUFMANN", account: "DE12500105170648489890", bic: "COBADEFFXXX" },
    });
  });

  test("Dutch key words are taken apart (ABN AMRO, Rabobank)", async () => {
    const found = await one(
      ":86:/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J. Ja\nnsen/REMI/Factuur 12-3/EREF/NOTPROVIDED\n",
    );
    expect(found).toMatchObject({
      text: "SEPA OVERBOEKING\nFactuur 12-3",
      endToEndId: null,
      counterparty: { name: "J. Jansen", account: "NL91ABNA0417164300", bic: "ABNANL2A" },
    });
  });

  test("ING's counterparty and remittance are taken apart", async () => {
    const found = await one(":86:/EREF/E-1//CNTP/NL32INGB0000012345/INGBNL2A/Bakker///REMI/USTD//Brood en\n- kaas/\n");
    expect(found).toMatchObject({
      text: "Brood en- kaas",
      endToEndId: "E-1",
      counterparty: { name: "Bakker", account: "NL32INGB0000012345", bic: "INGBNL2A" },
    });
  });

  test("two fields belong to one line, and words stay on their lines (old Rabobank, SNS)", async () => {
    expect((await one(`:86:Eerste\n${" ".repeat(65)}\n:86:Tweede\n`))?.text).toBe("Eerste\nTweede");
  });

  test("a dash at the start of a line, or alone, is text while the statement goes on", async () => {
    const file = await read(message(":61:260331C1,00NTRFX\n:86:Rel.nr. -\n-\n- 88\n", "C260331EUR1,00", "C260331EUR2,00"));
    expect(file.statements).toHaveLength(1);
    expect(file.statements[0]?.entries[0]?.text).toContain("- 88");
    expect(file.statements[0]?.sums?.balanced).toBe(true);
  });

  test("what looks like a tag inside is text", async () => {
    expect((await one(":86:ends 2026-01-01T13\n:12:11\n:26:37 again\n"))?.text).toBe("ends 2026-01-01T13\n:12:11\n:26:37 again");
  });

  test("a field after the balances does not stick to the last entry", async () => {
    const file = await read(message(":61:260331C1,00NTRFX\n:86:mine\n").replace("\n-\n", "\n:86:the bank says hello\n-\n"));
    expect(file.statements[0]?.entries[0]?.text).toBe("mine");
  });

  test("Hungarian :NS: lines give text and name", async () => {
    const found = (
      await entries(":61:260331DF3460,00S   X\n:NS:01526715\n09Illetek\n15ERGO Versicherung\n17G2000001\n340000004279070017\n")
    )[0];
    expect(found).toMatchObject({ counterparty: { name: "ERGO Versicherung", account: "0000004279070017" } });
    expect(found?.text).toContain("Illetek");
  });
});

describe("headers in dialect", () => {
  test.each([
    ["NL47INGB0001212121EUR", "NL47INGB0001212121", "iban"],
    ["NL84 RABO 0121 2121 21 EUR", "NL84RABO0121212121", "iban"],
    ["1017.490.554EUR", "1017.490.554", "other"],
    ["TRIODOSBANK/0666666666", "TRIODOSBANK/0666666666", "other"],
  ])(":25:%s is the account %s", async (text, id, scheme) => {
    expect((await read(message("").replace("10020030/1234567", text))).statements[0]?.header.account).toMatchObject({ id, scheme });
  });

  test.each([
    ["00000", null, null],
    [" /1", null, 1],
    ["1810118101", 1810118101, null],
    ["35001/1", 35001, 1],
  ])(":28C:%s is number %s page %s", async (text, sequence, page) => {
    expect((await read(message("").replace("00012/001", text))).statements[0]?.header).toMatchObject({ sequence, page });
  });

  test("prose, bank names and the format's own number above the first tag are looked past", async () => {
    for (const above of [
      "Statement of Danske Bank\n. . . . . .\n\n",
      "ABNANL2A\n940\nABNANL2A\n",
      "0000 01INGBNL2AXXXX00001\n0000 01INGBNL2AXXXX00001\n940 00\n",
      ":940:\n",
    ])
      expect(await read(above + message(""))).toMatchObject({ accepted: true, problems: [], statements: [{ sums: { balanced: true } }] });
  });

  test("a closing balance without currency is in the opening's", async () => {
    const file = await read(message("", "C020315DEM0,00", "C020315000,00"));
    expect(file.statements[0]?.balances[1]).toMatchObject({ amount: "0.00", currency: "DEM" });
    expect(codes(file)).toEqual(["CURRENCY_MISSING"]);
  });

  test("an amount with a blank inside is read, and said", async () => {
    const file = await read(message("", "C260201INR11 27421,94", "D260201INR000000000001.50"));
    expect(file.statements[0]?.balances.map((balance) => balance.amount)).toEqual(["1127421.94", "-1.50"]);
    expect(codes(file)).toContain("AMOUNT_STYLE");
  });

  test("an unreadable closing balance is refused, an unreadable forward balance is not", async () => {
    expect(await read(message("", "C260331EUR1,00", "C260331EURnull"))).toMatchObject({ accepted: false });
    const file = await read(message("").replace("-\n", ":65F:Dnullnull7414,3\n-\n"));
    expect(file).toMatchObject({ accepted: true, problems: [{ severity: "warning", code: "BALANCE_UNREADABLE" }] });
  });

  test("an account inside another's statement is refused", async () => {
    const file = await read(message(":61:260331C1,00NTRFX\n:25:99999999/1\n:61:260331C1,00NTRFX\n"));
    expect(file).toMatchObject({ accepted: false, problems: [{ code: "SYNTAX", line: 6 }] });
  });
});

describe("MT941 and MT942", () => {
  const interim = ":20:DISPE\n:25:10020030/1234567\n:28C:00000/001\n:34F:EURD1337,00\n:13D:2603311200+0100\n";

  test("an interim report is a report with its entries, moment and currency", async () => {
    const file = await read(`${interim}:61:260331D120000,NCOLA//B\n:61:260331C55000,NFEXC\n:90D:9EUR210000,\n:90C:87EUR385700,\n-\n`);
    expect(file).toMatchObject({ accepted: true, format: "mt942", problems: [] });
    expect(file.statements[0]).toMatchObject({
      header: { kind: "report", currency: "EUR", createdAt: "2026-03-31T12:00:00+01:00" },
      entries: [{ amount: "-120000" }, { amount: "55000" }],
      sums: { balanced: null, opening: null, closing: null },
    });
  });

  test("an interim report that counts fewer items than it lists is told", async () => {
    expect(codes(await read(`${interim}:61:260331C1,NCOLA\n:61:260331C1,NCOLB\n:90C:1EUR1,\n-\n`))).toContain("TOTALS_MISMATCH");
  });

  test("a balance report with :13D: and balances is an MT941", async () => {
    const file = await read(":20:R\n:25:1\n:28:1/1\n:13D:2603311200+0100\n:60F:C260331EUR1,00\n:90D:2EUR1,00\n:62F:C260331EUR0,00\n-\n");
    expect(file.statements[0]?.balances.map((balance) => balance.type)).toEqual(["OPBD", "CLBD"]);
    expect(file.statements[0]?.header.kind).toBe("report");
  });

  test("noted items behind a booked statement are passed over and said", async () => {
    const file = await read(`${message("").replace("-\n", "-+@446@\n")}${interim}:61:260331DR14,99NDDTNONREF\n:90D:1EUR14,99\n-\n`);
    expect(file.statements).toHaveLength(1);
    expect(file.problems).toMatchObject([{ severity: "warning", code: "NOTED_SKIPPED" }]);
    expect(file.problems[0]?.message).toContain("1 noted items");
  });

  test("an interim report in an envelope of its own is read beside statements", async () => {
    const file = await read(
      `{1:F01X}{2:I940BANKDEFFN}{4:\n${message("").replace("-\n", "-}")}\n{1:F01X}{2:I942BANKDEFFN}{4:\n${interim}:61:260331D1,NTRFX\n-}\n`,
    );
    expect(file.statements.map((one) => one.header.kind)).toEqual(["statement", "report"]);
  });
});

describe("bytes", () => {
  test("CP852 and Windows-1252 letters become letters, and the guess is told", async () => {
    const with86 = (bytes: number[]) =>
      Buffer.concat([
        Buffer.from(`${head}:60F:C260331HUF1,00\n:61:260331CF1,00NTRFX\n:86:`),
        Buffer.from(bytes),
        Buffer.from("\n:62F:C260331HUF2,00\n-\n"),
      ]);
    const dos = await collect(
      with86([...Buffer.from("napi "), 0x94, ...Buffer.from("sszevont "), 0xa0, ...Buffer.from("tutal"), 0xa0, ...Buffer.from("s")]),
    );
    expect(dos.encoding).toBe("cp852");
    expect(dos.statements[0]?.entries[0]?.text).toBe("napi összevont átutalás");
    const windows = await collect(with86([...Buffer.from("Geb"), 0xfc, ...Buffer.from("hr")]));
    expect(windows.encoding).toBe("windows-1252");
    expect(windows.statements[0]?.entries[0]?.text).toBe("Gebühr");
    expect(codes(windows)).toEqual(["ENCODING_GUESSED"]);
  });

  test("control characters inside a purpose are dropped", async () => {
    expect((await entries(":61:260331C1,00NTRFX\n:86:a\x00b\x02c\n"))[0]?.text).toBe("abc");
  });
});

test("a file that ends behind its first tag is told to hold no statement (found by the fuzz)", async () => {
  const file = await collect(":20:");
  expect([file.accepted, codes(file)]).toEqual([true, ["NO_STATEMENT"]]);
});
