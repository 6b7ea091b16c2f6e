import fc from "fast-check";
import { gzipSync, zipSync } from "fflate";
import { account, balance, camt, entry } from "../formats/camt-files.ts";
import { cfonbFile, codaFile, csb43File } from "../formats/fixed-files.ts";
import { workbook } from "../workbook.ts";

/** What a generated file says, so that a reader can be held against it. */
export interface Model {
  readonly opening: number;
  readonly entries: readonly { readonly cents: number; readonly day: number; readonly text: string }[];
}

export interface Format {
  readonly name: string;
  readonly write: (model: Model) => Uint8Array;
  /** Opening and closing balance prove the entries: whatever is lost must show. */
  readonly proven: boolean;
  /** A file cut off anywhere inside must be refused or told; a table's end is wherever it ends. */
  readonly ends: boolean;
  /** Lines, so that one can be dropped or doubled. */
  readonly lines: boolean;
  /** Two files behind each other are one file of both. */
  readonly joins: boolean;
}

export const models: fc.Arbitrary<Model> = fc.record({
  opening: fc.integer({ min: -999_999_99, max: 999_999_99 }),
  entries: fc.array(
    fc.record({
      cents: fc.integer({ min: -99_999_99, max: 99_999_99 }).filter((cents) => cents !== 0),
      day: fc.integer({ min: 1, max: 28 }),
      text: fc.string({ unit: fc.constantFrom(..."ABCxyz019 .-éß€/:?+"), minLength: 1, maxLength: 24 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
});

const text = (write: (model: Model) => string) => (model: Model) => Buffer.from(write(model));
const closingOf = ({ opening, entries }: Model) => entries.reduce((sum, { cents }) => sum + cents, opening);
const decimal = (cents: number, point = ".") => {
  const digits = String(Math.abs(cents)).padStart(3, "0");
  return `${digits.slice(0, -2)}${point}${digits.slice(-2)}`;
};
const signed = (cents: number, point = ".") => `${cents < 0 ? "-" : ""}${decimal(cents, point)}`;
const two = (number: number) => String(number).padStart(2, "0");
const isoDay = (day: number) => `2026-03-${two(day)}`;
const sorted = ({ entries }: Model) => [...entries].sort((a, b) => a.day - b.day);

const xml = text((model) => {
  const side = (cents: number) => (cents < 0 ? "DBIT" : "CRDT");
  const bal = (code: string, cents: number) => balance(code, decimal(cents), { sign: side(cents) });
  const entries = model.entries.map((one) =>
    entry(decimal(one.cents), side(one.cents), `<AddtlNtryInf>${escaped(one.text)}</AddtlNtryInf>`).replace("2026-03-31", isoDay(one.day)),
  );
  return camt(`<Stmt><Id>S1</Id>${account}${bal("OPBD", model.opening)}${bal("CLBD", closingOf(model))}\n${entries.join("\n")}</Stmt>\n`);
});

const mt = text((model) => {
  const side = (cents: number) => (cents < 0 ? "D" : "C");
  const entries = model.entries.map(
    ({ cents, day, text: words }) =>
      `:61:2603${two(day)}${side(cents)}${decimal(cents, ",")}NTRFREF//B\r\n:86:X${words.replaceAll(":", " ")}\r\n`,
  );
  const bal = (tag: string, cents: number) => `:${tag}:${side(cents)}260331EUR${decimal(cents, ",")}\r\n`;
  return `:20:ST1\r\n:25:DE89370400440532013000\r\n:28C:1/1\r\n${bal("60F", model.opening)}${entries.join("")}${bal("62F", closingOf(model))}-\r\n`;
});

const bai = text((model) => {
  const entries = model.entries.map(
    ({ cents, text: words }) => `16,${cents < 0 ? "475" : "165"},${Math.abs(cents)},Z,B,C,X${words.replace(/[,/]/g, " ")}\n`,
  );
  const closing = closingOf(model);
  const total = model.opening + closing + model.entries.reduce((sum, { cents }) => sum + Math.abs(cents), 0);
  const count = entries.length;
  return `01,SND,RCV,260401,0713,7,80,1,2/\n02,RCV,ORG,1,260331,2340,EUR,2/\n03,1,EUR,010,${model.opening},,,015,${closing},,/\n${entries.join("")}49,${total},${count + 2}/\n98,${total},1,${count + 4}/\n99,${total},1,${count + 6}/\n`;
});

const ofx = text((model) => {
  const entries = model.entries.map(
    ({ cents, day, text: words }, at) =>
      `<STMTTRN><TRNTYPE>${cents < 0 ? "DEBIT" : "CREDIT"}</TRNTYPE><DTPOSTED>202603${two(day)}</DTPOSTED><TRNAMT>${signed(cents)}</TRNAMT><FITID>F${at}</FITID><NAME>X${escaped(words)}</NAME></STMTTRN>\n`,
  );
  return `<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><BANKID>037</BANKID><ACCTID>1234</ACCTID></BANKACCTFROM>\n<BANKTRANLIST><DTSTART>20260301</DTSTART><DTEND>20260331</DTEND>\n${entries.join("")}</BANKTRANLIST>\n<LEDGERBAL><BALAMT>${signed(closingOf(model))}</BALAMT><DTASOF>20260331</DTASOF></LEDGERBAL>\n</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n`;
});

const qif = text(
  (model) =>
    `!Type:Bank\n${model.entries.map(({ cents, day, text: words }) => `D${two(day)}/03/2026\nT${signed(cents)}\nPX${words}\n^\n`).join("")}D29/03/2026\nT1.00\nPEnd\n^\n`,
);

const rowsOf = (model: Model) => {
  let running = model.opening;
  const rows = sorted(model).map(({ cents, day, text: words }) => {
    running += cents;
    return [`${two(day)}.03.2026`, `X${words.replaceAll('"', "'")}`, signed(cents, ","), signed(running, ",")];
  });
  return [["Buchungstag", "Verwendungszweck", "Umsatz EUR", "Saldo EUR"], ...rows];
};

const csv = text((model) => {
  const head = `Konto;DE89370400440532013000;;\nAnfangssaldo;${signed(model.opening, ",")};;\nSchlusssaldo;${signed(closingOf(model), ",")};;\n`;
  return `${head}${rowsOf(model)
    .map((cells) => cells.map((cell) => (/[;"\n]/.test(cell) ? `"${cell}"` : cell)).join(";"))
    .join("\n")}\n`;
});

const movements = (model: Model) => model.entries.map(({ cents, text: words }) => ({ cents, communication: words.slice(0, 20) }));

export const formats: readonly Format[] = [
  { name: "camt", write: xml, proven: true, ends: true, lines: true, joins: false },
  { name: "mt940", write: mt, proven: true, ends: false, lines: true, joins: true },
  { name: "bai2", write: bai, proven: true, ends: true, lines: true, joins: true },
  { name: "ofx", write: ofx, proven: false, ends: true, lines: true, joins: false },
  { name: "qif", write: qif, proven: false, ends: false, lines: true, joins: true },
  {
    name: "coda",
    write: text((model) => codaFile(Math.abs(model.opening), movements(model), closingOf({ ...model, opening: Math.abs(model.opening) }))),
    ...{ proven: true, ends: true, lines: true, joins: true },
  },
  {
    name: "cfonb120",
    write: text((model) =>
      cfonbFile(
        model.opening,
        model.entries.map(({ cents }) => ({ cents })),
        closingOf(model),
      ),
    ),
    ...{ proven: true, ends: true, lines: true, joins: true },
  },
  {
    name: "csb43",
    write: text((model) =>
      csb43File(
        model.opening,
        model.entries.map(({ cents, text: words }) => ({ cents, texts: [words.slice(0, 20)] })),
        closingOf(model),
      ),
    ),
    ...{ proven: true, ends: true, lines: true, joins: true },
  },
  { name: "csv", write: csv, proven: true, ends: false, lines: true, joins: false },
  { name: "xlsx", write: (model) => workbook({ Umsaetze: rowsOf(model) }), proven: false, ends: true, lines: false, joins: false },
  { name: "gzip", write: (model) => gzipSync(mt(model), { mtime: 0 }), proven: true, ends: true, lines: false, joins: false },
  {
    name: "zip",
    write: (model) => zipSync({ "a.sta": mt(model), "b.xml": xml(model) }, { mtime: new Date("2026-03-31") }),
    proven: true,
    ends: true,
    lines: false,
    joins: false,
  },
];

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** What the file of a format says of the model: a format that states no opening has none. */
export function expectedOf({ name }: Format, model: Model) {
  const coda = name === "coda" ? { ...model, opening: Math.abs(model.opening) } : model;
  const extra = name === "qif" ? [100] : [];
  const all = name === "zip" ? [...model.entries, ...model.entries] : coda.entries;
  return { amounts: [...all.map(({ cents }) => cents), ...extra].sort((a, b) => a - b), closing: name === "qif" ? null : closingOf(coda) };
}
