import { describe, expect, test } from "vitest";
import { ofxAmount, ofxDay } from "../../../src/statements/formats/ofx/facts.ts";
import { codes, collect } from "../collect.ts";
import { unprovenFiles } from "../sample-files.ts";

const statement = (body: string, tag = "STMTRS", account = "<BANKACCTFROM><ACCTID>1</BANKACCTFROM>") =>
  `OFXHEADER:100\nVERSION:102\n\n<OFX><${tag}><CURDEF>EUR${account}${body}</${tag}></OFX>`;
const transaction = (amount: string, more = "") =>
  `<BANKTRANLIST><STMTTRN><DTPOSTED>20260401<TRNAMT>${amount}${more}</STMTTRN></BANKTRANLIST>`;

describe("an OFX file", () => {
  test.each([
    ["of version 1, with tags that are never closed", "ofx 1", "OFX 102"],
    ["of version 2, which is XML", "ofx 2", "OFX 211"],
  ])("%s is a statement with its entries and its ledger balance", async (_, name, variant) => {
    const file = await collect(unprovenFiles.get(name) ?? "");
    expect(file).toMatchObject({ accepted: true, format: "ofx", variant, problems: [{ code: "BALANCE_MISSING", severity: "warning" }] });
    const [one] = file.statements;
    expect(one?.header).toMatchObject({
      kind: "statement",
      account: { id: "1234", scheme: "other", servicer: "037" },
      currency: "EUR",
      periodFrom: "2026-04-01",
      periodTo: "2026-04-30",
    });
    expect(one?.entries).toMatchObject([
      {
        amount: "12.50",
        bookingDate: "2026-04-01",
        bankReference: "A1",
        transactionCode: "CREDIT",
        counterparty: { name: "Käufer & Söhne" },
      },
      { amount: "-20.25", bookingDate: "2026-04-02", bankReference: "A2", text: "Größe €", counterparty: null },
    ]);
    expect(one?.balances).toMatchObject([{ type: "CLBD", amount: "92.25", date: "2026-04-30" }]);
    expect(one?.sums).toMatchObject({ opening: null, balanced: null, credits: "12.50", debits: "20.25" });
  });

  test("may hold bank, card and investment accounts, each a statement of its own", async () => {
    const body = (tag: string, id: string) =>
      `<${tag}><CURDEF>USD<ACCTFROM><CCACCTFROM><ACCTID>${id}</CCACCTFROM>${transaction("-1")}</${tag}>`;
    const file = await collect(`<OFX>${body("STMTRS", "A")}${body("CCSTMTRS", "B")}${body("INVSTMTRS", "C")}</OFX>`);
    expect(file.statements.map((one) => [one.header.account.id, one.entries.length])).toEqual([
      ["A", 1],
      ["B", 1],
      ["C", 1],
    ]);
  });

  test("on one line, with a bare < and & and with CDATA, says the same", async () => {
    const file = await collect(statement(transaction("1.00", "<NAME>A & B <5 C<MEMO><![CDATA[x <y> &amp;]]>")));
    expect(file.statements[0]?.entries[0]).toMatchObject({ counterparty: { name: "A & B <5 C" }, text: "x <y> &" });
  });

  test("keeps who a payment went to, and an amount in another currency as such", async () => {
    const more = "<PAYEE><NAME>Miller</PAYEE><BANKACCTTO><BANKID>BIC<ACCTID>DE 1</BANKACCTTO><CURRENCY><CURRATE>1.1<CURSYM>usd</CURRENCY>";
    const file = await collect(statement(transaction("-5.00", more)));
    expect(file.statements[0]?.entries[0]).toMatchObject({
      currency: "USD",
      counterparty: { name: "Miller", account: "DE1", bic: "BIC" },
    });
    expect(codes(file)).toContain("CURRENCY_MIXED");
  });

  test("lists what is pending as pending", async () => {
    const file = await collect(statement("<BANKTRANLISTP><STMTTRNP><TRNAMT>3.00<DTTRAN>20260401</STMTTRNP></BANKTRANLISTP>"));
    expect(file.statements[0]?.entries).toMatchObject([{ amount: "3.00", status: "pending" }]);
  });

  test("that answers with an error and no statement is accepted, and the error is told", async () => {
    const status = "<STATUS><CODE>2000<SEVERITY>ERROR<MESSAGE>General error</STATUS>";
    const file = await collect(`<OFX>${status}</OFX>`);
    expect(file).toMatchObject({ accepted: true, statements: [] });
    expect(file.problems).toMatchObject([
      { code: "BANK_ERROR", message: expect.stringContaining("2000: General error") },
      { code: "NO_STATEMENT" },
    ]);
  });

  test("with a transaction that states no amount marks the statement", async () => {
    const file = await collect(statement("<BANKTRANLIST><STMTTRN>snipped</STMTTRN></BANKTRANLIST>"));
    expect(file.statements[0]?.entries).toMatchObject([{ amount: "0", status: "information" }]);
    expect(file.problems[0]).toMatchObject({ severity: "break", code: "AMOUNT_MISSING" });
  });

  test.each([
    ["that names no currency", "<OFX><STMTRS><BANKACCTFROM><ACCTID>1</BANKACCTFROM></STMTRS></OFX>", "CURRENCY_MISSING"],
    ["of a currency nobody knows", statement("").replace("EUR", "EURO"), "CURRENCY_UNKNOWN"],
    ["with words for an amount", statement(transaction("$120")), "AMOUNT_UNREADABLE"],
    ["with two decimal signs", statement(transaction("1.2.3")), "AMOUNT_UNREADABLE"],
    ["that breaks off", statement(transaction("1.00")).slice(0, -20), "TRUNCATED"],
    ["with a statement in a statement", statement("<STMTRS>"), "SYNTAX"],
    ["with a transaction of no statement", "<OFX><STMTTRN></STMTTRN></OFX>", "SYNTAX"],
    ["with a header and nothing behind it", "OFXHEADER:100\nVERSION:102\n", "SYNTAX"],
    ["nested without end", `<OFX>${"<STATUS>\n".repeat(100)}`, "LIMIT"],
    ["with a value without end", `<OFX><STMTRS><CURDEF>${"E".repeat(1_100_000)}`, "LIMIT"],
  ])("%s is refused", async (_, text, code) => {
    const file = await collect(text);
    expect(file.accepted).toBe(false);
    expect(file.problems.at(-1)).toMatchObject({ severity: "refusal", code });
  });
});

test.each([
  ["-1,000.00", "-1000.00"],
  ["1.000,50", "1000.50"],
  ["1,234", "1.234"],
  ["1,234,567", "1234567"],
  ["+12", "12"],
  ["-.5", "-0.5"],
  ["-00000000001500.0000", "-1500.00"],
  ["0.00", "0.00"],
  ["-0", "0"],
])("the amount %s is %s", (text, amount) => {
  expect(ofxAmount(text)?.amount).toBe(amount);
});

test.each(["", "-", ".", "12a", "1,23,456", "1e5", "NaN", "9".repeat(50)])("%j is no amount", (text) => {
  expect(ofxAmount(text)).toBeNull();
});

test("a moment is the day the bank wrote, whatever its zone", () => {
  expect(ofxDay("20260401235959.000[-8:PST]")).toBe("2026-04-01");
  expect(ofxDay("2026-04-01")).toBe("2026-04-01");
  expect(ofxDay("null")).toBeNull();
  expect(ofxDay("20261399")).toBeNull();
});
