import { gzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { readStatements } from "../../src/statements/read.ts";
import { type Collected, codes, collect } from "./collect.ts";
import { sampleFiles } from "./sample-files.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const sample = (name: string) => bytes(sampleFiles.get(name) ?? "");
const said = (read: Collected) => read.statements.map((one) => [one.header.account.id, one.sums]);
const none = { file() {}, openStatement() {}, balance() {}, entry() {}, declared() {}, closeStatement() {} };

async function refusalOf(file: Uint8Array, limits: Parameters<typeof readStatements>[2] = {}) {
  const problems: Array<{ code: string; message: string }> = [];
  const outcome = await readStatements([file], { ...none, problem: (problem) => problems.push(problem) }, limits);
  expect(outcome.accepted).toBe(false);
  return problems.at(-1);
}

describe("an archive", () => {
  test.each([...sampleFiles.keys()])("compressed with gzip, %s says what it says", async (name) => {
    const plain = await collect(sample(name));
    for (const chunk of [1, 977, 65_536]) {
      const read = await collect(gzipSync(sample(name)), chunk);
      expect(read).toMatchObject({ accepted: true, format: name });
      expect(said(read)).toEqual(said(plain));
    }
  });

  test("of several statements is one delivery with all of them, however its bytes are cut", async () => {
    const archive = zipSync({
      "a.xml": sample("camt.053"),
      "folder/": new Uint8Array(),
      "folder/b.sta": sample("mt940"),
      "c.txt": bytes("Hello"),
      "__MACOSX/._a": bytes("x"),
    });
    const apart = [...said(await collect(sample("camt.053"))), ...said(await collect(sample("mt940")))];
    for (const chunk of [7, 100, 65_536]) {
      const read = await collect(archive, chunk);
      expect(read.accepted).toBe(true);
      expect(said(read)).toEqual(apart);
      expect(codes(read)).toEqual(["MEMBER_SKIPPED"]);
    }
  });

  test("with one broken statement is refused, and the member is named", async () => {
    const archive = zipSync({ "good.sta": sample("mt940"), "bad.xml": sample("camt.053").slice(0, -30) });
    const read = await collect(archive);
    expect(read.accepted).toBe(false);
    expect(read.problems.at(-1)?.message).toContain("bad.xml: ");
  });

  test.each([
    ["without a statement", zipSync({ "a.pdf": bytes("%PDF-1.7") }), "ARCHIVE"],
    ["without anything", zipSync({}), "ARCHIVE"],
    // Found by the fuzz: what is left of the first file is whole.
    [
      "cut off behind its first file",
      zipSync({ "a.sta": sample("mt940"), "b.sta": bytes("x".repeat(500)) }, { level: 0 }).subarray(0, sample("mt940").length + 35),
      "ARCHIVE",
    ],
    ["in an archive", zipSync({ "inner.zip": zipSync({ "a.sta": sample("mt940") }) }), "ARCHIVE"],
    ["with a damaged stream", damaged(gzipSync(sample("mt940"))), "ARCHIVE"],
    ["of something else", zipSync({ "a.bin": bytes("lorem ipsum dolor") }), "FORMAT_UNKNOWN"],
  ])("%s is refused", async (_, archive, code) => {
    expect(await refusalOf(archive)).toMatchObject({ code });
  });

  test.each([7, 100, 65_536])(
    "of which a stored file has one flipped bit is refused, and the file is named (in pieces of %i)",
    async (chunk) => {
      const archive = zipSync({ "good.xml": sample("camt.053"), "b.sta": sample("mt940") }, { level: 0 });
      expect((await collect(archive, chunk)).accepted).toBe(true);
      const at = Buffer.from(archive).indexOf(":61:") + 15;
      archive[at] = (archive[at] as number) ^ 1;
      const read = await collect(archive, chunk);
      expect(read.accepted).toBe(false);
      expect(read.problems.at(-1)).toMatchObject({ code: "ARCHIVE", message: expect.stringContaining("b.sta unpacks to something else") });
    },
  );

  test("that breaks off before its list of files is refused, though its files are whole", async () => {
    const archive = zipSync({ "a.sta": sample("mt940") });
    const list = Buffer.from(archive).lastIndexOf("PK\x01\x02");
    expect(await refusalOf(archive.slice(0, list))).toMatchObject({ code: "ARCHIVE", message: expect.stringContaining("breaks off") });
  });

  test("of gzip whose sum is not that of its content, or that breaks off in it, is refused", async () => {
    const archive = gzipSync(sample("mt940"));
    for (const end of [archive.length - 8, archive.length - 3]) {
      const wrong = archive.slice();
      wrong[end] = (wrong[end] as number) ^ 0x40;
      expect(await refusalOf(wrong)).toMatchObject({ code: "ARCHIVE", message: expect.stringContaining("CRC-32") });
    }
    expect(await refusalOf(archive.slice(0, -5))).toMatchObject({ code: "ARCHIVE" });
  });

  test("that unpacks to far more than it is, or holds too many files, is refused on the way", async () => {
    const bomb = bytes(`:20:X\n:25:1\n:86:${"a\n".repeat(2_000_000)}`);
    expect(await refusalOf(gzipSync(bomb), { limits: { unpacked: 1_000_000 } })).toMatchObject({ code: "LIMIT" });
    expect(await refusalOf(zipSync({ a: bomb }), { limits: { unpacked: 1_000_000 } })).toMatchObject({ code: "LIMIT" });
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`${index}.sta`, sample("mt940")]));
    expect(await refusalOf(zipSync(many), { limits: { members: 10 } })).toMatchObject({ code: "LIMIT" });
  });
});

describe("a workbook", () => {
  const rows = [
    ["IBAN", "DE89 3704 0044 0532 0130 00"],
    [],
    ["Date", "Description", "Amount", "Balance", "Currency"],
    [46_113, "Käufer & Söhne", 12.5, 112.5, "EUR"],
    [46_114, "Bill", -1020.25, -907.75, "EUR"],
  ];

  test("is a table: days by their cell style, numbers as they were typed", async () => {
    const read = await collect(workbook({ Statement: rows }));
    expect(read).toMatchObject({ accepted: true, format: "xlsx", problems: [] });
    expect(read.statements[0]?.header).toMatchObject({ account: { id: "DE89370400440532013000" }, currency: "EUR" });
    expect(read.statements[0]?.entries).toMatchObject([
      { bookingDate: "2026-04-01", amount: "12.5", text: "Käufer & Söhne", line: 4 },
      { bookingDate: "2026-04-02", amount: "-1020.25" },
    ]);
    expect(read.statements[0]?.sums?.balanced).toBe(true);
  });

  test("with floating point in it has no more digits than were typed", async () => {
    const read = await collect(
      workbook({
        S: [
          ["Date", "Text", "Amount"],
          [46_113, "a", 122.99999999999999],
          [46_114, "b", 0.1 + 0.2],
          [46_114, "c", 1e-7],
        ],
      }),
    );
    expect(read.statements[0]?.entries.map((entry) => entry.amount)).toEqual(["123", "0.3", "0.0000001"]);
  });

  test("of several sheets is read where its entries are, and other tables are named", async () => {
    const read = await collect(workbook({ Cover: [["Hello"]], First: rows, Second: rows }));
    expect(read.statements).toHaveLength(1);
    expect(read.problems).toMatchObject([{ code: "SHEET_SKIPPED", message: expect.stringContaining('"Second"') }]);
  });

  test.each([
    ["without a table", workbook({ A: [["x"]] }), "FORMAT_UNKNOWN"],
    ["that is none", zipSync({ "[Content_Types].xml": bytes("<Types/>") }), "ARCHIVE"],
    ["with broken XML", zipSync({ "[Content_Types].xml": bytes("x"), "xl/workbook.xml": bytes("<workbook>") }), "SYNTAX"],
    ["with a document type", zipSync({ "xl/workbook.xml": bytes("<!DOCTYPE a [<!ENTITY b 'c'>]><workbook/>") }), "SYNTAX"],
    ["cut short", workbook({ S: rows }).slice(0, 400), "SYNTAX"],
  ])("%s is refused", async (_, file, code) => {
    expect(await refusalOf(file)).toMatchObject({ code });
  });

  test("that unpacks to far more than it is, is refused", async () => {
    const file = workbook({ S: Array.from({ length: 5_000 }, () => rows[4] ?? []) });
    expect(await refusalOf(file, { limits: { table: 10_000 } })).toMatchObject({ code: "LIMIT" });
    expect(await refusalOf(file, { limits: { rows: 100 } })).toMatchObject({ code: "LIMIT" });
    expect(await refusalOf(file, { limits: { workbook: 1_000 } })).toMatchObject({ code: "LIMIT" });
  });
});

function damaged(archive: Uint8Array): Uint8Array {
  const copy = archive.slice();
  copy.fill(0xff, 20, 60);
  return copy;
}

/** A small workbook: strings shared, the first column's numbers shown as days. */
function workbook(sheets: Readonly<Record<string, ReadonlyArray<ReadonlyArray<string | number>>>>): Uint8Array {
  const strings: string[] = [];
  const xml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const cell = (value: string | number, row: number, column: number) => {
    const at = `${String.fromCharCode(65 + column)}${row + 1}`;
    if (typeof value === "number") return `<c r="${at}"${column === 0 ? ' s="1"' : ""}><v>${value}</v></c>`;
    strings.push(value);
    return `<c r="${at}" t="s"><v>${strings.length - 1}</v></c>`;
  };
  const names = Object.keys(sheets);
  const parts = Object.values(sheets).map(
    (rows) =>
      `<worksheet><sheetData>${rows.map((cells, row) => `<row r="${row + 1}">${cells.map((value, column) => cell(value, row, column)).join("")}</row>`).join("")}</sheetData></worksheet>`,
  );
  const file: Record<string, string> = {
    "[Content_Types].xml": "<Types/>",
    "xl/workbook.xml": `<workbook xmlns:r="r"><sheets>${names.map((name, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships>${names.map((_, index) => `<Relationship Id="rId${index + 1}" Target="worksheets/sheet${index + 1}.xml"/>`).join("")}</Relationships>`,
    "xl/styles.xml": '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    "xl/sharedStrings.xml": `<sst>${strings.map((text) => `<si><t>${xml(text)}</t></si>`).join("")}</sst>`,
  };
  parts.forEach((part, index) => {
    file[`xl/worksheets/sheet${index + 1}.xml`] = part;
  });
  return zipSync(Object.fromEntries(Object.entries(file).map(([name, text]) => [name, bytes(text)])));
}
