import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayIn, dayStyle } from "../../../src/statements/formats/table/days.ts";
import { headerOf } from "../../../src/statements/formats/table/headers.ts";
import { numberOf, numberStyle } from "../../../src/statements/formats/table/numbers.ts";
import { type Collected, codes, collect } from "../collect.ts";

const moved = (read: Collected) => read.statements.flatMap((one) => one.entries.map((entry) => [entry.bookingDate, entry.amount]));
const two = [
  ["2026-04-01", "12.50"],
  ["2026-04-02", "-1020.25"],
];

describe("a bank's table", () => {
  test.each([
    [
      "English",
      'Booking date,Value date,Description,Amount,Balance\n01/04/2026,01/04/2026,Rent,12.50,112.50\n02/04/2026,30/04/2026,Bill,"-1,020.25",-907.75\n',
    ],
    [
      "German",
      "Buchungsdatum;Valuta;Buchungstext;Belastung CHF;Gutschrift CHF;Saldo CHF\n01.04.2026;01.04.2026;Miete;;12.50;112.50\n02.04.2026;30.04.2026;Rechnung;1'020.25;;-907.75\n",
    ],
    [
      "French",
      "Date;Libellé;Débit;Crédit;Date de valeur;Solde\n01/04/2026;Loyer;;12,50;01/04/2026;112,50\n02/04/2026;Facture;1 020,25;;30/04/2026;-907,75\n",
    ],
    [
      "Italian",
      "Data di registrazione\tData valuta\tDescrizione\tImporto (EUR)\tSaldo (EUR)\n01.04.2026\t01.04.2026\tAffitto\t12,50\t112,50\n02.04.2026\t30.04.2026\tFattura\t-1.020,25\t-907,75\n",
    ],
    [
      "Spanish",
      "Fecha operación;Fecha valor;Concepto;Importe;Saldo\n01-04-2026;01-04-2026;Alquiler;12,50;112,50\n02-04-2026;30-04-2026;Factura;-1.020,25;-907,75\n",
    ],
    [
      "Dutch",
      "Boekdatum|Rentedatum|Omschrijving|Bedrag|Saldo\n2026-04-01|2026-04-01|Huur|12,50|112,50\n2026-04-02|2026-04-30|Rekening|-1020,25|-907,75\n",
    ],
    ["newest first", "Datum;Text;Betrag;Saldo\n02.04.26;Rechnung;-1020,25;-907,75\n01.04.26;Miete;+12,50;112,50\n"],
    [
      "months first, as 15 April tells",
      "Date,Details,Amount,Balance\n4/1/2026,Rent,12.50,112.50\n4/2/2026,Bill,-1020.25,-907.75\n4/15/2026,x,0.00,-907.75\n",
    ],
    [
      "with a word for the direction",
      "Date,Text,Amount,Debit/Credit,Balance\n2026-04-01,Rent,12.50,Credit,112.50\n2026-04-02,Bill,1020.25,Debit,-907.75\n",
    ],
    [
      "with cells as Excel writes them",
      'Date,Text,Amount,Balance\n="01.04.2026",Rent,="12.50",112.50\n="02.04.2026",Bill,="-1020.25",-907.75\n',
    ],
    [
      "with a byte order mark, NULs and CR LF",
      "\uFEFFDate,Text,Am\0ount,Balance\r\n2026-04-01,Rent,12.50,112.50\r\n2026-04-02,Bill,-1020.25,-907.75\r\n",
    ],
  ])("in %s says days, amounts and balances", async (_, text) => {
    const read = await collect(text);
    expect(read).toMatchObject({ accepted: true, format: "csv" });
    expect(codes(read).filter((code) => code !== "DATE_ORDER_GUESSED")).toEqual([]);
    expect(moved(read).slice(0, 2)).toEqual(two);
    const sums = read.statements[0]?.sums;
    expect([Number(sums?.opening?.amount), Number(sums?.closing?.amount), sums?.balanced]).toEqual([100, -907.75, true]);
  });

  test("has its account, currency and balances in the lines above, and totals below that are passed over", async () => {
    const read = await collect(
      "Kontoauszug;;;\nIBAN:;DE89 3704 0044 0532 0130 00;;\nWährung:;EUR;;\nAnfangssaldo:;100,00;;\nSchlusssaldo:;92,50;;\n;;;\nBuchung;Verwendungszweck;Betrag;Auftraggeber/Begünstigter\n01.04.2026;Miete;-12,50;Vermieter\n02.04.2026;Zins;5,00;Bank\nUmsatzsumme;;-7,50;\n",
    );
    expect(codes(read)).toEqual(["ROW_SKIPPED"]);
    const [one] = read.statements;
    expect(one?.header).toMatchObject({
      account: { id: "DE89370400440532013000", scheme: "iban" },
      currency: "EUR",
      periodFrom: "2026-04-01",
    });
    expect(one?.sums).toMatchObject({ opening: { amount: "100.00" }, closing: { amount: "92.50" }, balanced: true });
    expect(one?.entries[0]).toMatchObject({ text: "Miete", counterparty: { name: "Vermieter" } });
  });

  test("continues an entry in lines without a day, as text or as parts of a collective booking", async () => {
    const read = await collect(
      "Datum;Buchungstext;Betrag Detail;Belastung;Gutschrift;Saldo\n31.03.2026;Sammelauftrag;;30.00;;70.00\n;Lohn A;10.00;;;\n;Lohn B;20.00;;;\n01.04.2026;Zahlung;;;5.00;75.00\n;von Herrn Huber;;;;\n",
    );
    expect(read.problems).toEqual([]);
    expect(read.statements[0]?.entries).toMatchObject([
      {
        amount: "-30.00",
        details: [
          { amount: "-10.00", text: "Lohn A" },
          { amount: "-20.00", text: "Lohn B" },
        ],
      },
      { amount: "5.00", text: "Zahlung\nvon Herrn Huber" },
    ]);
  });

  test("with several accounts or currencies is a statement for each", async () => {
    const read = await collect(
      "IBAN;Date;Text;Amount;Currency\nDE1;2026-04-01;a;1.00;EUR\nDE1;2026-04-02;b;2.00;USD\nDE2;2026-04-03;c;3.00;EUR\nDE1;2026-04-13;d;4.00;EUR\n",
    );
    expect(read.statements.map((one) => [one.header.account.id, one.header.currency, one.entries.map((entry) => entry.amount)])).toEqual([
      ["DE1", "EUR", ["1.00", "4.00"]],
      ["DE1", "USD", ["2.00"]],
      ["DE2", "EUR", ["3.00"]],
    ]);
  });

  test("whose Valuta is a currency here and a day there tells by what is in it", async () => {
    const currency = await collect("Data;Descrizione;Importo;Valuta\n13/04/2026;a;1,00;EUR\n14/04/2026;b;2,00;EUR\n");
    expect(currency.statements[0]?.header.currency).toBe("EUR");
    const day = await collect("Data;Descrizione;Importo;Valuta\n13/04/2026;a;1,00;15/04/2026\n14/04/2026;b;2,00;15/04/2026\n");
    expect(day.statements[0]?.entries[0]?.valueDate).toBe("2026-04-15");
  });

  test("of a card lists what was spent as positive: read as debits, and said", async () => {
    const read = await collect(
      "Date,Description,Card number,Amount\n2026-04-13,Shop,**1234,20.00\n2026-04-14,Refund,**1234,-5.00\n2026-04-15,Shop,**1234,1.00\n",
    );
    expect(moved(read).map(([, amount]) => amount)).toEqual(["-20.00", "5.00", "-1.00"]);
    expect(codes(read)).toContain("SIGN_INVERTED");
  });

  test("without a header is told by what is in its columns, and said", async () => {
    const read = await collect("18.09.2026;HOFER DANKT;18.09.2026;-33,87;EUR\n19.09.2026;SPAR DANKT;20.09.2026;-23,55;EUR\n");
    expect(moved(read)).toEqual([
      ["2026-09-18", "-33.87"],
      ["2026-09-19", "-23.55"],
    ]);
    expect(codes(read)).toContain("HEADER_MISSING");
  });

  test("tells pending lines as pending, and lines with a day and no amount as passed over", async () => {
    const read = await collect("Date,Text,Amount,Status\n2026-04-13,a,1.00,Pending\n2026-04-14,b,2.00,Posted\n2026-04-15,c,,Posted\n");
    expect(read.statements[0]?.entries.map((entry) => entry.status)).toEqual(["pending", "booked"]);
    expect(codes(read)).toContain("ROW_WITHOUT_AMOUNT");
  });

  test("whose running balance does not hold has none, and says so", async () => {
    const read = await collect("Date,Text,Amount,Balance\n2026-04-13,a,1.00,1.00\n2026-04-14,b,2.00,3.00\n2026-04-15,c,2.00,9.00\n");
    expect(read.statements[0]?.sums).toMatchObject({ opening: null, closing: null });
    expect(codes(read)).toContain("RUNNING_BALANCE");
  });

  test.each([
    ["of names and numbers only", "Name,Age\nAda,36\nBob,41\n", "FORMAT_UNKNOWN"],
    ["with words among its amounts", "Date,Text,Amount\n2026-04-13,a,1.00\n2026-04-14,b,much\n2026-04-15,c,3.00\n", "AMOUNT_UNREADABLE"],
    ["with an amount in another style", "Date;Text;Amount\n2026-04-13;a;1,50\n2026-04-14;b;2,50\n2026-04-15;c;1.5\n", "AMOUNT_UNREADABLE"],
  ])("%s is refused", async (_, text, code) => {
    const read = await collect(text);
    expect(read.accepted).toBe(false);
    expect(read.problems.at(-1)).toMatchObject({ severity: "refusal", code });
  });
});

describe("numbers of a column", () => {
  test.each([
    ["1'234.50", ".", "1234.50"],
    ["1.234,50-", ",", "-1234.50"],
    ["(12.00)", ".", "-12.00"],
    ["−5", ".", "-5"],
    ["EUR 1.000,00", ",", "1000.00"],
    ["-CHF 7.5", ".", "-7.5"],
    ["12,50 DR", ",", "-12.50"],
    ["1,23,456.78", ".", "123456.78"],
    [".5", ".", "0.5"],
  ] as const)("%s with the decimal sign %s is %s", (cell, decimal, amount) => {
    expect(numberOf(cell, { decimal })).toBe(amount);
  });

  test.each(["", "abc", "1.2.3", "12,34,5", "2026-04-01", "1e5", "--"])("%j is none", (cell) => {
    expect(numberOf(cell, { decimal: "." })).toBeNull();
  });

  test("written in any style come back, when the column has enough of them", () => {
    const cents = fc.array(fc.integer({ min: -9_999_999_99, max: 9_999_999_99 }), { minLength: 1, maxLength: 30 });
    const style = fc.constantFrom<readonly [string, "." | ","]>(["'", "."], [",", "."], [".", ","], [" ", ","], ["", "."], ["", ","]);
    fc.assert(
      fc.property(cents, style, (amounts, [grouping, decimal]) => {
        const cells = amounts.map((amount) => {
          const [whole = "", fraction = ""] = (Math.abs(amount) / 100).toFixed(2).split(".");
          return `${amount < 0 ? "-" : ""}${whole.replace(/\B(?=(\d{3})+$)/g, grouping)}${decimal}${fraction}`;
        });
        const read = numberStyle(cells);
        expect(cells.map((cell) => Math.round(Number(numberOf(cell, read)) * 100))).toEqual(
          amounts.map((amount) => (amount === 0 ? 0 : amount)),
        );
      }),
    );
  });
});

describe("days of a column", () => {
  test.each([
    ["01.04.2026", "dmy", "2026-04-01"],
    ["1/4/26", "dmy", "2026-04-01"],
    ["4/1/2026", "mdy", "2026-04-01"],
    ["2026-04-01 12:34:56 +0000", "dmy", "2026-04-01"],
    ["20260401", "dmy", "2026-04-01"],
    ["2026.04.01.", "ymd", "2026-04-01"],
    ["1 Apr 2026", "dmy", "2026-04-01"],
    ["01-MÄR-26", "dmy", "2026-03-01"],
    ["1. août 2026", "dmy", "2026-08-01"],
  ] as const)("%s in the order %s is %s", (cell, order, day) => {
    expect(dayIn(cell, order)).toBe(day);
  });

  test.each(["31.02.2026", "2026-13-01", "12.50", "1234567", "today", ""])("%j is none", (cell) => {
    expect(dayIn(cell, "dmy")).toBeNull();
  });

  test("written in one order come back in it, or the order is said to be a guess", () => {
    const days = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(days, fc.constantFrom("dmy", "mdy", "ymd"), (offsets, order) => {
        const isos = offsets.map((offset) => new Date(Date.UTC(2026, 2, 20 + offset)).toISOString().slice(0, 10));
        const cells = isos.map((iso) => {
          const [y = "", m = "", d = ""] = iso.split("-");
          return (order === "dmy" ? [d, m, y] : order === "mdy" ? [m, d, y] : [y, m, d]).join("/");
        });
        const style = dayStyle(cells);
        expect(style).not.toBeNull();
        if (style?.certain === true) expect(cells.map((cell) => dayIn(cell, style.order))).toEqual(isos);
      }),
    );
  });
});

test("a header is its words, whatever accents, brackets and currency stand around them", () => {
  expect(headerOf("Gutschrift in CHF")).toMatchObject({ currency: "CHF" });
  expect([...headerOf("Saldo (EUR)").roles.keys()]).toEqual(["balance"]);
  expect([...headerOf("D\ufffdbit").roles.keys()]).toEqual(["debit"]);
  expect([...headerOf("Date d’écriture").roles.keys()]).toEqual(["bookingDate"]);
  expect([...headerOf("Beschreibung3").roles.keys()]).toEqual(["text"]);
  expect([...headerOf("Favourite colour").roles.keys()]).toEqual([]);
});
