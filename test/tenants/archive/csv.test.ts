import fc from "fast-check";
import { expect, test } from "vitest";
import { type CsvField, csvLine, csvRows } from "../../../src/tenants/archive/csv.ts";

const field = fc.option(
  fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom("", '"', ",", "\n", "\r\n", '""', "\\.", "ä€😀")),
);
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1 }));

/** The same bytes, cut anywhere: also within a character and between two quotes. */
async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(source: AsyncIterable<Uint8Array>): Promise<CsvField[][]> {
  const found: CsvField[][] = [];
  for await (const batch of csvRows(source)) found.push(...batch);
  return found;
}

test("rows come back as they were written, null apart from the empty text, wherever the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(table, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), async (rows, sizes) => {
      const bytes = Buffer.from(rows.map(csvLine).join(""));
      expect(await read(cut(bytes, sizes))).toEqual(
        rows.map((row) => row.map((text) => (text === null ? null : Buffer.from(text).toString()))),
      );
    }),
  );
});

test.each(['a,"b', "a,b", 'a,"b""'])("a file that ends within a row is refused: %s", async (text) => {
  await expect(read(cut(Buffer.from(text), [3]))).rejects.toThrow("ends within a row");
});
