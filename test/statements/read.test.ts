import fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { decimalOrNull, decimalText, zero } from "../../src/money/decimal.ts";
import { type Collected, codes, collect, collectChunks } from "./collect.ts";
import { balance, camt, entry } from "./formats/camt-files.ts";
import { sampleFiles, unprovenFiles } from "./sample-files.ts";

describe("what a file is, is told by its content", () => {
  const refusal = async (bytes: string | Uint8Array) => {
    const file = await collect(bytes);
    expect(file.accepted).toBe(false);
    return file.problems.at(-1);
  };

  test.each([...sampleFiles])("%s is recognised, read and adds up", async (format, text) => {
    const file = await collect(text);
    expect(file).toMatchObject({ accepted: true, format, problems: [], encoding: "utf-8" });
    expect(file.statements.map((one) => one.sums?.balanced)).toEqual(file.statements.map(() => true));
  });

  test("an empty file, and one of blanks, is refused as empty", async () => {
    expect(await refusal("")).toMatchObject({ code: "EMPTY" });
    expect(await refusal(" \r\n\n")).toMatchObject({ code: "EMPTY" });
  });

  test.each([
    ["a 7z archive", [0x37, 0x7a, 0xbc, 0xaf, 1, 2]],
    ["an old Excel workbook", [0xd0, 0xcf, 0x11, 0xe0, 1, 2]],
    ["a PDF document", [...Buffer.from("%PDF-1.7 ")]],
  ])("%s is refused by name", async (name, bytes) => {
    expect(await refusal(Buffer.from(bytes))).toMatchObject({ code: "ARCHIVE", message: expect.stringContaining(name) });
  });

  test.each([
    ["a table without columns of days and amounts", "Name;Town;Age;Height\nAda;London;36;1.70\n"],
    ["an HTML page", "<!DOCTYPE html><html><body>Sign in</body></html>"],
    ["no statement format", "Dear customer, please find attached"],
    ["not text", "\x00\x01\x02\x03\xff\xfe"],
  ])("%s is refused, and the formats that are read are named", async (name, text) => {
    const problem = await refusal(text);
    expect(problem).toMatchObject({ code: "FORMAT_UNKNOWN" });
    expect(problem?.message).toContain(name);
    expect(problem?.message).toContain("MT940");
  });

  test("a hundred megabytes of nothing recognisable are refused after the first", async () => {
    let taken = 0;
    const endless = function* () {
      for (; taken < 1600; taken += 1) yield Buffer.alloc(65_536, "lorem ipsum ");
    };
    expect(await collectChunks(endless())).toMatchObject({ accepted: false });
    expect(taken).toBeLessThan(5);
  });
});

describe("encodings", () => {
  const text = sampleFiles.get("camt.053")?.replace("𝄞", "") ?? "";

  test.each([
    ["utf-16le", "UTF-16"],
    ["utf-16be", "UTF-16"],
    ["windows-1252", "windows-1252"],
    ["iso-8859-15", "ISO-8859-15"],
    ["windows-1250", "windows-1250"],
  ])("XML in %s says the same as in UTF-8", async (encoding, declared) => {
    const plain = await collect(text);
    const bytes = iconv.encode(text.replace("UTF-8", declared), encoding, { addBOM: encoding.startsWith("utf-16") });
    expect(withoutEncoding(await collect(bytes))).toEqual(withoutEncoding(plain));
  });

  test("a declaration that names no known encoding is refused", async () => {
    expect(codes(await collect(text.replace("UTF-8", "EBCDIC-XX")))).toEqual(["ENCODING_UNKNOWN"]);
  });

  test("a stray byte in UTF-8 is replaced, and said", async () => {
    const bytes = Buffer.from(sampleFiles.get("mt940") ?? "");
    const at = bytes.indexOf("Gebühr");
    bytes[at] = 0xff;
    const file = await collect(bytes);
    expect(file.accepted).toBe(true);
    expect(codes(file)).toEqual(["ENCODING_DAMAGED"]);
  });
});

describe("chunks", () => {
  const legacy = iconv.encode((sampleFiles.get("mt940") ?? "").replace("€", "E").repeat(3), "cp852");
  const files: Array<[string, Buffer]> = [
    ...[...sampleFiles, ...unprovenFiles].map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]),
    ["mt940 in cp852", legacy],
  ];

  test.each(files)("%s says the same however its bytes are cut", async (_, bytes) => {
    const whole = await collect(bytes, bytes.length);
    expect(await collect(bytes, 1)).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((to, index) => bytes.subarray(places[index] ?? 0, to));
        expect(await collectChunks(chunks)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a file with one thing wrong", () => {
  // Nothing but a refusal, never a crash, and no amount is lost or changed without a word.
  test.each([...sampleFiles])("%s is refused, or warns, or says the same amounts", async (_, text) => {
    const bytes = Buffer.from(text);
    const original = amounts(await collect(bytes));
    await fc.assert(
      fc.asyncProperty(mutation(bytes), async (changed) => {
        const file = await collect(changed, 97);
        const refusals = file.problems.filter((problem) => problem.severity === "refusal");
        expect(refusals).toHaveLength(file.accepted ? 0 : 1);
        if (file.accepted && file.problems.length === 0) expect(amounts(file)).toEqual(original);
      }),
      { numRuns: Number(process.env["APG_FUZZ_RUNS"] ?? 1500), endOnFailure: true },
    );
  });

  test.each([...sampleFiles])("%s cut off anywhere inside is refused or told", async (_, text) => {
    const bytes = Buffer.from(text.trimEnd());
    const original = amounts(await collect(bytes));
    for (let length = 0; length < bytes.length - 1; length += 7) {
      const file = await collect(bytes.subarray(0, length));
      // Whole messages of a file of several are a file, too.
      const whole = file.statements.length < original.length && file.statements.every((one) => one.sums?.balanced === true);
      if (file.accepted && file.problems.length === 0 && !whole) expect(amounts(file)).toEqual(original);
    }
  });

  test("random bytes behind each format's first line never crash a reader", async () => {
    const heads = [
      "<OFX><STMTRS><CURDEF>EUR",
      "!Type:Bank\nD",
      "<Document>",
      ":20:X\n:25:1\n",
      "01,A,B,260101,,1,,,2/\n02,A,B,1,260101,,,/\n03,1,USD,",
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 300 }), async (head, tail) => {
        const file = await collect(Buffer.concat([Buffer.from(head), tail]));
        expect(typeof file.accepted).toBe("boolean");
      }),
      { numRuns: 300 },
    );
  });
});

describe("hostile files", () => {
  const many = (text: string, count = 900_000) => text.repeat(Math.ceil(count / text.length));
  const mt = (information: string) =>
    `:20:X\n:25:1\n:60F:C260331EUR1,00\n:61:260331C1,00NTRFX\n:86:${information}\n:62F:C260331EUR2,00\n-\n`;
  const bai = (text: string) => `01,A,B,260101,,1,,,2/\n02,A,B,1,260101,,,/\n03,1,EUR,,,,/\n16,165,1,,,,${text}/\n49,,/\n98,,,/\n99,,,/\n`;

  // Each of these took a square of its length, or the whole stack, with the obvious regular expression or recursion.
  test.each([
    ["a purpose of slashes", mt(`/REMI/a${many("/")}x`)],
    ["a purpose of separators", mt(`166?00${many("?")}x`)],
    ["a purpose of plus signs", mt(`166?00A?20EREF${many("+")}x`)],
    ["a purpose of blanks", mt(`${many(" ")}IBAN: NAAM:${many(" ")}x`)],
    ["envelopes in envelopes", `{1:F01X}${many("{4:")}\n${mt("x")}`],
    ["a line of carriage returns", `:20:X\n:25:1${many("\r")}x`],
    ["an amount of zeros", camt(entry(`0.${many("0")}1`, "CRDT"))],
    ["an amount of nines", `:20:X\n:25:1\n:60F:C260331EUR${many("9")}`],
    ["a balance of dots", `:20:X\n:25:1\n:60F:C260331EUR1${many(".000")}x`],
    ["a BAI2 text of slashes", bai(many("/ 16,"))],
    ["a BAI2 summary of commas", bai("x").replace("EUR,,,,", `EUR${many(",")}`)],
    ["a BAI2 distribution without end", bai("x").replace("1,,,,x", "1,D,999999999999,1,1")],
    ["prose without end", many("01 , :20 <")],
  ])("%s are read or refused at once", { timeout: 5000 }, async (_, text) => {
    expect(typeof (await collect(text)).accepted).toBe("boolean");
  });
});

describe("a second opinion", () => {
  test("counts and sums of camt entries agree with a reader that only knows strings", async () => {
    const cents = fc.integer({ min: 0, max: 99_999_999 });
    const one = fc.record({
      cents,
      debit: fc.boolean(),
      batch: fc.array(cents, { maxLength: 4 }),
      gap: fc.constantFrom("", "\n", "\n\t  "),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 30 }), fc.integer({ min: 1, max: 4000 }), async (entries, chunk) => {
        const xml = camt(
          balance("OPBD", "0.00") +
            entries
              .map(
                ({ cents: amount, debit, batch, gap }) =>
                  gap +
                  entry(
                    money(amount),
                    debit ? "DBIT" : "CRDT",
                    `<NtryDtls>${batch.map((part) => `<TxDtls><Amt Ccy="EUR">${money(part)}</Amt></TxDtls>`).join(gap)}</NtryDtls>`,
                  ),
              )
              .join(""),
        );
        const file = await collect(xml, chunk);
        const found = file.statements[0]?.entries ?? [];
        const simple = xml
          .split("<Ntry>")
          .slice(1)
          .map((part) => {
            const amount = BigInt(/<Amt Ccy="EUR">([\d.]+)</.exec(part)?.[1]?.replace(".", "") ?? "-1");
            return { amount: part.includes("DBIT") ? -amount : amount, details: part.split("<TxDtls>").length - 1 };
          });
        expect(found.map((read) => read.details.length)).toEqual(simple.map(({ details }) => details));
        expect(found.map((read) => BigInt(read.amount.replace(".", "")))).toEqual(simple.map(({ amount }) => amount));
        const sum = simple.reduce((total, { amount }) => total + amount, 0n);
        expect(BigInt(file.statements[0]?.sums?.bookedNet.replace(".", "") ?? "x")).toBe(sum);
      }),
      { numRuns: 100 },
    );
  });
});

function money(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}

function amounts(file: Collected): string[][] {
  return file.statements.map((one) => one.entries.map((read) => decimalText(decimalOrNull(read.amount) ?? zero)).sort());
}

function withoutEncoding(file: Collected): Partial<Collected> {
  return { accepted: file.accepted, variant: file.variant, statements: file.statements, problems: file.problems };
}

/** One byte replaced, dropped or put in, or one line dropped, doubled or moved down. */
function mutation(bytes: Buffer): fc.Arbitrary<Uint8Array> {
  const place = fc.integer({ min: 0, max: bytes.length - 1 });
  const splice = (at: number, remove: number, insert: Uint8Array) =>
    Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
  const byte = fc.oneof(fc.constantFrom(...Buffer.from("0123456789<>/&:,;.-CDRE \n")), fc.integer({ min: 0, max: 255 }));
  const lines = bytes.toString().split("\n");
  const line = fc.integer({ min: 0, max: lines.length - 2 });
  const ofLines = (changed: string[]) => Buffer.from(changed.join("\n"));
  return fc.oneof(
    fc.tuple(place, byte).map(([at, value]) => splice(at, 1, Buffer.from([value]))),
    fc.tuple(place, byte).map(([at, value]) => splice(at, 0, Buffer.from([value]))),
    place.map((at) => splice(at, 1, Buffer.alloc(0))),
    line.map((at) => ofLines(lines.toSpliced(at, 1))),
    line.map((at) => ofLines(lines.toSpliced(at, 0, lines[at] ?? ""))),
    line.map((at) => ofLines(lines.toSpliced(at, 2, lines[at + 1] ?? "", lines[at] ?? ""))),
  );
}
