import { gzipSync, strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { StatementLimits } from "../../src/statements/formats/limits.ts";
import { readStatements } from "../../src/statements/read.ts";
import type { StatementProblem } from "../../src/statements/statement.ts";
import { verifyStatements } from "../../src/statements/verify.ts";
import { formats, type Model } from "./fuzz/generated.ts";
import { workbook } from "./workbook.ts";

const model: Model = { opening: 100_00, entries: [1, 2, 3].map((day) => ({ cents: day * 100, day, text: `number ${day}` })) };
const fileOf = (name: string) => (formats.find((format) => format.name === name) as (typeof formats)[number]).write(model);
const text = (name: string) => Buffer.from(fileOf(name)).toString();
const long = "x".repeat(3_000);

async function refusal(file: string | Uint8Array, limits: Partial<StatementLimits>): Promise<StatementProblem | undefined> {
  const problems: StatementProblem[] = [];
  const nothing = () => {};
  const sink = {
    file: nothing,
    openStatement: nothing,
    balance: nothing,
    entry: nothing,
    declared: nothing,
    verified: nothing,
    closeStatement: nothing,
  };
  await readStatements([Buffer.from(file)], verifyStatements({ ...sink, problem: (problem) => problems.push(problem) }), { limits });
  return problems.find(({ severity }) => severity === "refusal");
}

describe("limits hold in every format", () => {
  test.each(formats.map(({ name }) => name))("%s: more entries, or statements, than a delivery may have", async (name) => {
    expect(await refusal(fileOf(name), {})).toBeUndefined();
    expect(await refusal(fileOf(name), { entries: 2 })).toMatchObject({
      code: "LIMIT",
      message: expect.stringContaining("more than 2 entries"),
    });
    expect(await refusal(fileOf(name), { statements: 0 })).toMatchObject({ code: "LIMIT", message: expect.stringContaining("statements") });
  });

  // What makes one value, line, record or table of a format longer than the limit of this test.
  const oversized: Readonly<Record<string, string | Uint8Array>> = {
    camt: text("camt").replace("number 1", long),
    mt940: text("mt940").replace("Xnumber 1", `Xnumber 1\r\n${`${"y".repeat(60)}\r\n`.repeat(60)}`),
    bai2: text("bai2").replace("Xnumber 1", long),
    ofx: text("ofx").replace("Xnumber 1", long),
    qif: text("qif").replace("PXnumber 1", `PXnumber 1\n${"Aaddress\n".repeat(1_000)}`),
    coda: text("coda").replace(/\n/, `${long}\n`),
    cfonb120: text("cfonb120").replace(/\n/, `${long}\n`),
    csb43: text("csb43").replace(/\n/, `${long}\n`),
    csv: text("csv").replace("Xnumber 1", long),
    xlsx: workbook({
      Big: [
        ["Date", "Text", "Amount"],
        ["2026-04-01", long, "1.00"],
      ],
    }),
    gzip: gzipSync(fileOf("mt940")),
    zip: zipSync({ "a.sta": fileOf("mt940") }),
  };

  test.each(formats.map(({ name }) => name))("%s: a value, a line or a whole larger than any bank sends", async (name) => {
    const file = oversized[name];
    expect(file, `say in this test what is too large in ${name}`).toBeDefined();
    expect(await refusal(file as string, { text: 2_000, table: 2_000, unpacked: 100, workbook: 100_000 })).toMatchObject({ code: "LIMIT" });
  });

  test.each([
    ["camt", text("camt").replace("<GrpHdr>", `<GrpHdr>${"<a>".repeat(100)}${"</a>".repeat(100)}`)],
    ["camt, in an entry", text("camt").replace("<AddtlNtryInf>", `${"<a>".repeat(100)}${"</a>".repeat(100)}<AddtlNtryInf>`)],
    ["ofx", text("ofx").replace("<STMTTRN>", `${"<BANKTRANLIST>".repeat(100)}<STMTTRN>`)],
  ])("%s: elements nested deeper than any bank nests", async (_, file) => {
    expect(await refusal(file, {})).toMatchObject({ code: "LIMIT", message: expect.stringContaining("deeper") });
  });

  test("xlsx: elements nested deeper than any workbook nests", async () => {
    const deep = `<worksheet>${"<a>".repeat(100)}${"</a>".repeat(100)}</worksheet>`;
    const file = zipSync({
      "[Content_Types].xml": strToU8("<Types/>"),
      "xl/workbook.xml": strToU8('<workbook xmlns:r="r"><sheets><sheet name="A" r:id="r0"/></sheets></workbook>'),
      "xl/_rels/workbook.xml.rels": strToU8('<Relationships><Relationship Id="r0" Target="worksheets/sheet0.xml"/></Relationships>'),
      "xl/worksheets/sheet0.xml": strToU8(deep),
    });
    expect((await refusal(file, {}))?.message).toContain("nested more than 64 deep");
  });

  test.each(["qif", "csv", "xlsx"])("%s: more rows than may be held", async (name) => {
    expect(await refusal(fileOf(name), { rows: 2 })).toMatchObject({ code: "LIMIT" });
  });

  test("balances without end are refused, in a format that states any number of them", async () => {
    const file = text("mt940").replace("-\r\n", `${":65:C260331EUR1,00\r\n".repeat(20)}-\r\n`);
    expect(await refusal(file, { balances: 10 })).toMatchObject({ code: "LIMIT", message: expect.stringContaining("balances") });
  });
});
