import { describe, expect, test } from "vitest";
import { codes, collect } from "../collect.ts";
import { account, balance, camt, entry } from "./camt-files.ts";

const day = balance("OPBD", "100.00") + entry("50.25", "CRDT") + entry("20", "DBIT") + balance("CLBD", "130.25");

/** Advices have no balances that could be missing. */
const advice = { version: "camt.054.001.08", message: "BkToCstmrDbtCdtNtfctn", statement: "Ntfctn" };

describe("a camt statement", () => {
  test("is read with its account, balances and signed entries, and adds up", async () => {
    const file = await collect(camt(balance("OPBD", "100.00") + balance("CLBD", "130.25") + entry("50.25", "CRDT") + entry("20", "DBIT")));
    expect(file).toMatchObject({ accepted: true, format: "camt.053", variant: "camt.053.001.08", problems: [] });
    const [statement] = file.statements;
    expect(statement?.header).toMatchObject({
      kind: "statement",
      account: { id: "DE89370400440532013000", scheme: "iban", servicer: "COBADEFFXXX", name: "Operating", owner: "Muster GmbH" },
      currency: "EUR",
      id: "S1",
      sequence: 7,
    });
    expect(statement?.entries.map((one) => one.amount)).toEqual(["50.25", "-20"]);
    expect(statement?.entries[0]).toMatchObject({ bookingDate: "2026-03-31", valueDate: "2026-04-01", currency: "EUR", status: "booked" });
    expect(statement?.sums).toMatchObject({ credits: "50.25", debits: "20.00", bookedNet: "30.25", balanced: true });
  });

  test("that does not add up is read, and the difference is named", async () => {
    const file = await collect(camt(balance("OPBD", "100.00") + balance("CLBD", "130.26") + entry("50.25", "CRDT") + entry("20", "DBIT")));
    expect(file.accepted).toBe(true);
    expect(file.statements[0]?.sums?.balanced).toBe(false);
    expect(file.problems).toMatchObject([{ severity: "break", code: "BALANCE_BREAK" }]);
    expect(file.problems[0]?.message).toContain(
      "opening 100.00 + entries 30.25 = 130.25, the file states closing 130.26 (difference 0.01)",
    );
  });

  test.each(Array.from({ length: 14 }, (_, index) => String(index + 1).padStart(2, "0")))("is read in version %s", async (version) => {
    const first = version === "01";
    for (const [format, message, statement] of [
      ["camt.052", "BkToCstmrAcctRpt", "Rpt"],
      ["camt.053", "BkToCstmrStmt", "Stmt"],
      ["camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn"],
    ] as const) {
      const variant = `${format}.001.${version}`;
      const file = await collect(camt(day, { version: variant, message: first ? `${message}V01` : message, statement }));
      expect(file).toMatchObject({ accepted: true, format, variant, problems: [] });
      expect(file.statements[0]?.entries).toHaveLength(2);
    }
  });

  test("in version 01 has its transactions directly under the entry and its balance code directly under the type", async () => {
    const details = "<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy='EUR'>5</Amt></TxAmt></AmtDtls></TxDtls>";
    const body = `<Bal><Tp><Cd>OPBD</Cd></Tp><Amt Ccy="EUR">1</Amt><CdtDbtInd>DBIT</CdtDbtInd></Bal>${entry("5", "CRDT", `<Btch><NbOfTxs>1</NbOfTxs></Btch>${details}`, "<Sts>BOOK</Sts>")}`;
    const file = await collect(camt(body, { version: "camt.053.001.01", message: "BkToCstmrStmtV01" }));
    expect(file.statements[0]?.balances).toMatchObject([{ type: "OPBD", amount: "-1" }]);
    expect(file.statements[0]?.entries).toMatchObject([{ endToEndId: "E1", batchCount: 1, details: [{ amount: "5", currency: "EUR" }] }]);
  });

  test("is read with a prefix, in an envelope, and without any namespace", async () => {
    expect(await collect(camt(day, { prefix: "ns2" }))).toMatchObject({ accepted: true, variant: "camt.053.001.08", problems: [] });
    const enveloped = camt(day)
      .replace("<Document", "<Envelope xmlns='urn:x'><Header/><Document")
      .replace("</Document>", "</Document></Envelope>");
    expect(await collect(enveloped)).toMatchObject({ accepted: true, variant: "camt.053.001.08", problems: [] });
    const bare = await collect(camt(day, { namespace: null }));
    expect(bare).toMatchObject({ accepted: true, variant: "camt.053" });
    expect(codes(bare)).toEqual(["NAMESPACE_MISSING"]);
  });

  test("is one of several in a message, each with its own balances", async () => {
    const one = (id: string, iban: string, open: string, close: string, entries: string) =>
      `<Stmt><Id>${id}</Id><Acct><Id><Othr><Id>${iban}</Id></Othr></Id></Acct>${balance("OPBD", open)}${balance("CLBD", close)}${entries}</Stmt>`;
    const file = await collect(camt(one("A", "11 22", "1", "2", entry("1", "CRDT")) + one("B", "33", "5", "5", "")));
    expect(file.statements.map((statement) => [statement.header.account.id, statement.sums?.balanced, statement.entries.length])).toEqual([
      ["1122", true, 1],
      ["33", true, 0],
    ]);
  });
});

describe("a camt entry", () => {
  const only = async (xml: string) => (await collect(camt(xml))).statements[0]?.entries[0];

  test("with a batch is one entry; its transactions stand under it with their own signs", async () => {
    const tx = (amount: string, sign: string, id: string) =>
      `<TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${sign}</CdtDbtInd></TxDtls>`;
    const batch = `<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch>${tx("10", "CRDT", "A")}${tx("5.5", "DBIT", "NOTPROVIDED")}${tx("1", "CRDT", "C")}</NtryDtls>`;
    const found = await only(entry("5.5", "CRDT", batch));
    expect(found).toMatchObject({ amount: "5.5", batchCount: 3, endToEndId: null });
    expect(found?.details.map((detail) => [detail.amount, detail.endToEndId])).toEqual([
      ["10", "A"],
      ["-5.5", null],
      ["1", "C"],
    ]);
  });

  test("whose batch lists less than its amount is told (a page that is missing)", async () => {
    const tx = (amount: string) => `<TxDtls><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>`;
    const advised = async (amount: string) =>
      codes(await collect(camt(entry(amount, "CRDT", `<NtryDtls>${tx("10")}${tx("5.5")}</NtryDtls>`), advice)));
    expect(await advised("15.50")).toEqual([]);
    expect(await advised("16.50")).toEqual(["BATCH_INCOMPLETE"]);
  });

  test("that reverses keeps the sign of CdtDbtInd, and its other party is the one of the original", async () => {
    const parties = "<RltdPties><Dbtr><Pty><Nm>Us</Nm></Pty></Dbtr><Cdtr><Pty><Nm>Supplier</Nm></Pty></Cdtr></RltdPties>";
    const found = await only(entry("12.00", "CRDT", `<RvslInd>true</RvslInd><NtryDtls><TxDtls>${parties}</TxDtls></NtryDtls>`));
    expect(found).toMatchObject({ amount: "12.00", reversal: true, counterparty: { name: "Supplier" } });
  });

  test("takes references, parties, remittance and codes from its only transaction", async () => {
    const details = `<NtryDtls><TxDtls>
      <Refs><EndToEndId>E-1</EndToEndId><UETR>0f0e</UETR><TxId>T-1</TxId><MndtId>M-1</MndtId></Refs>
      <RltdPties><Dbtr><Nm>Kunde &amp; Söhne</Nm></Dbtr><DbtrAcct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></DbtrAcct></RltdPties>
      <RltdAgts><DbtrAgt><FinInstnId><BIC>AGRIFRPP</BIC></FinInstnId></DbtrAgt></RltdAgts>
      <RmtInf><Ustrd>Invoice 1</Ustrd><Ustrd><![CDATA[of <March>]]></Ustrd><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>
      <Purp><Cd>SALA</Cd></Purp></TxDtls></NtryDtls><AddtlNtryInf>Collective</AddtlNtryInf>`;
    const code = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>";
    expect(await only(entry("5", "CRDT", `<AcctSvcrRef>B1</AcctSvcrRef>${code}${details}`))).toMatchObject({
      bankReference: "B1",
      endToEndId: "E-1",
      transactionId: "T-1",
      mandateId: "M-1",
      uetr: "0f0e",
      counterparty: { name: "Kunde & Söhne", account: "FR7630006000011234567890189", bic: "AGRIFRPP" },
      text: "Invoice 1\nof <March>\nCollective",
      structuredReference: "RF18539007547034",
      purpose: "SALA",
      transactionCode: "PMNT-RCDT-ESCT",
    });
  });

  test("that is pending or only announced is told so and does not count into the balance", async () => {
    const file = await collect(
      camt(
        balance("OPBD", "1") + balance("CLBD", "1") + entry("9", "CRDT", "", "<Sts>PDNG</Sts>") + entry("8", "DBIT", "", "<Sts>INFO</Sts>"),
      ),
    );
    expect(file.statements[0]?.entries.map((one) => one.status)).toEqual(["pending", "information"]);
    expect(file.statements[0]?.sums).toMatchObject({ balanced: true, credits: "9.00", debits: "8.00", bookedNet: "0.00" });
  });

  test("without a direction is refused, because its sign would be a guess", async () => {
    const file = await collect(camt(`\n${entry("9", null)}`));
    expect(file).toMatchObject({ accepted: false, problems: [{ severity: "refusal", code: "SYNTAX", line: 6 }] });
  });

  test.each(["12x", "1.2.3", "", "NaN", "1e5"])("with the amount %j is refused", async (amount) => {
    const file = await collect(camt(entry(amount, "CRDT")));
    expect(codes(file)).toEqual(["AMOUNT_UNREADABLE"]);
    expect(file.accepted).toBe(false);
  });

  test.each([
    [".8", "0.8", []],
    ["+5.", "5", []],
    ["12,50", "12.50", ["AMOUNT_STYLE"]],
    ["-3", "-3", ["AMOUNT_STYLE"]],
  ])("with the amount %j is read as %s", async (text, amount, said) => {
    const file = await collect(camt(entry(text, "CRDT"), advice));
    expect(file.statements[0]?.entries[0]?.amount).toBe(amount);
    expect(codes(file)).toEqual(said);
  });

  test("keeps thirteen decimals and a leading zero exactly, and is told to be finer than its currency", async () => {
    const file = await collect(camt(entry("0001.0000000000001", "DBIT"), advice));
    expect(file.statements[0]?.entries[0]?.amount).toBe("-1.0000000000001");
    expect(codes(file)).toEqual(["AMOUNT_TOO_FINE"]);
  });
});

describe("what breaks the schema and is clear", () => {
  test("is read with a warning: no sign of a balance, no status, no date", async () => {
    const file = await collect(
      camt(balance("OPBD", "10", { sign: null, date: null }) + entry("1", "CRDT", "", null) + entry("1", "CRDT", "", null), advice),
    );
    expect(file.accepted).toBe(true);
    expect(file.statements[0]?.balances).toMatchObject([{ amount: "10", date: null }]);
    expect(codes(file)).toEqual(["BALANCE_WITHOUT_SIGN", "STATUS_MISSING"]);
    expect(file.problems[1]?.message).toContain("2 times");
  });

  test("a day that its month does not have becomes the month's last", async () => {
    const file = await collect(camt(entry("1", "CRDT").replaceAll("2026-03-31", "2026-02-30"), advice));
    expect(file.statements[0]?.entries[0]?.bookingDate).toBe("2026-02-28");
    expect(codes(file)).toEqual(["DATE_CLAMPED"]);
  });

  test("balances of many kinds: the opening is PRCD when there is no OPBD, ITBD closes a report", async () => {
    const file = await collect(camt(balance("PRCD", "10") + balance("ITBD", "11") + balance("FWAV", "99") + entry("1", "CRDT")));
    expect(file.statements[0]?.sums).toMatchObject({ opening: { type: "PRCD" }, closing: { type: "ITBD" }, balanced: true });
  });

  test("a closing balance in another currency never adds up", async () => {
    const file = await collect(camt(balance("OPBD", "10") + balance("CLBD", "10", { currency: "SEK" })));
    expect(file.statements[0]?.sums?.balanced).toBe(false);
    expect(codes(file)).toEqual(["CURRENCY_MIXED"]);
  });
});

describe("a statement without a balance", () => {
  test("is told: it may be cut off, and nothing in it can be proven", async () => {
    expect(codes(await collect(camt(balance("OPBD", "1") + entry("1", "CRDT"))))).toEqual(["BALANCE_MISSING"]);
    expect(codes(await collect(camt(entry("1", "CRDT"))))).toEqual(["BALANCE_MISSING"]);
    expect(codes(await collect(camt(entry("1", "CRDT"), advice)))).toEqual([]);
  });
});

describe("declared totals", () => {
  const summary = (entries: string, credits: string) =>
    `<TxsSummry><TtlNtries><NbOfNtries>${entries}</NbOfNtries></TtlNtries><TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>${credits}</Sum></TtlCdtNtries></TxsSummry>`;

  test("that agree are silent", async () => {
    expect(codes(await collect(camt(summary("2", "50.250") + entry("50.25", "CRDT") + entry("1", "DBIT"), advice)))).toEqual([]);
  });

  test("that miss an entry are a break", async () => {
    const file = await collect(camt(summary("3", "50.25") + entry("50.25", "CRDT") + entry("1", "DBIT"), advice));
    expect(file.problems).toMatchObject([{ severity: "break", code: "TOTALS_MISMATCH" }]);
    expect(file.problems[0]?.message).toContain("declares entries 3, its entries make 2");
  });
});

describe("pages", () => {
  const page = (number: number, last: boolean, open: string, close: string, interimOpen: boolean, interimClose: boolean) =>
    `<Stmt><Id>S${number}</Id><StmtPgntn><PgNb>${number}</PgNb><LastPgInd>${last}</LastPgInd></StmtPgntn>${account}${balance("OPBD", open, interimOpen ? { subtype: "INTM" } : {})}${balance("CLBD", close, interimClose ? { subtype: "INTM" } : {})}${entry("1", "CRDT")}</Stmt>`;

  test("that follow each other are whole", async () => {
    expect(codes(await collect(camt(page(1, false, "1", "2", false, true) + page(2, true, "2", "3", true, false))))).toEqual([]);
  });

  test("that do not continue each other are a break", async () => {
    expect(codes(await collect(camt(page(1, false, "1", "2", false, true) + page(2, true, "4", "5", true, false))))).toEqual([
      "PAGE_BREAK",
    ]);
  });

  test("whose last is not in the file are told missing", async () => {
    expect(codes(await collect(camt(page(1, false, "1", "2", false, true))))).toEqual(["PAGE_MISSING"]);
    expect(codes(await collect(camt(page(2, true, "1", "2", true, false))))).toEqual(["PAGE_MISSING"]);
  });
});

describe("a file is refused with its line", () => {
  const refusal = async (xml: string) => {
    const file = await collect(xml);
    expect(file.accepted).toBe(false);
    expect(file.problems.filter((problem) => problem.severity === "refusal")).toHaveLength(1);
    return file.problems.at(-1);
  };

  test("when it declares a document type", async () => {
    const bomb = camt(day).replace("<Document", '<!DOCTYPE Document [<!ENTITY a "aaaa">]>\n<Document');
    expect(await refusal(bomb)).toMatchObject({ code: "DOCTYPE", line: 2 });
  });

  test("when it uses an entity nobody declared", async () => {
    expect(await refusal(camt(day).replace("S1", "&who;"))).toMatchObject({ code: "SYNTAX", line: 4 });
  });

  test("when it ends in the middle", async () => {
    expect(await refusal(camt(day).slice(0, -30))).toMatchObject({ code: "SYNTAX" });
  });

  test("when it holds no statement, names an unknown version, or is another message", async () => {
    expect(await refusal(camt(""))).toMatchObject({ code: "NO_STATEMENT" });
    expect(await refusal(camt(day, { namespace: "urn:iso:std:iso:20022:tech:xsd:camt" }))).toMatchObject({ code: "FORMAT_UNKNOWN" });
    expect(
      await refusal("<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'><CstmrCdtTrfInitn/></Document>"),
    ).toMatchObject({
      code: "FORMAT_UNKNOWN",
    });
  });

  test("when it nests without end or never ends a value", async () => {
    expect(await refusal(`<Document>${"<a>".repeat(100)}`)).toMatchObject({ code: "LIMIT" });
    expect(await refusal(camt(entry("1", "CRDT", `<AddtlNtryInf>${"x".repeat(2_000_000)}`)))).toMatchObject({ code: "LIMIT" });
  });
});
