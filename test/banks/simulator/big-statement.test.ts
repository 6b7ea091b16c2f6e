import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type BigStatementOptions, bigStatement } from "../../../src/banks/simulator/big-statement.ts";
import { collectChunks } from "../../statements/collect.ts";

test.each(["camt.053", "mt940"] as const)("a %s file has the entries asked for, adds up, and chains from day to day", async (format) => {
  const read = await collectChunks(bigStatement({ format, seed: "big", entries: 1200, accounts: 3, days: 4 }));
  expect(read.accepted).toBe(true);
  expect(read.problems).toEqual([]);
  expect(read.statements).toHaveLength(12);
  for (const statement of read.statements) {
    expect(statement.sums).toMatchObject({ balanced: true, entries: 100 });
    const before = read.statements.findLast(
      ({ header }) => header.account.id === statement.header.account.id && header.sequence === (statement.header.sequence ?? 0) - 1,
    );
    if (before !== undefined) expect(statement.sums?.opening?.amount).toBe(before.sums?.closing?.amount);
  }
});

test.each(["camt.053", "mt940"] as const)("a %s file is as large as asked for, within three per cent, in pieces", async (format) => {
  const wanted = 3_000_000;
  let [size, largest] = [0, 0];
  for await (const piece of bigStatement({ format, seed: "size", bytes: wanted })) {
    size += piece.length;
    largest = Math.max(largest, piece.length);
  }
  expect(Math.abs(size / wanted - 1)).toBeLessThan(0.03);
  expect(largest).toBeLessThan(80_000);
});

test("camt entries are as long as those of a bank that tells all, and the seed decides every byte", async () => {
  const options: BigStatementOptions = { format: "camt.053", seed: "a", entries: 500 };
  const { bytes, digest } = await measured(options);
  expect(bytes / 500).toBeGreaterThan(1800);
  expect(bytes / 500).toBeLessThan(2300);
  expect((await measured(options)).digest).toBe(digest);
  expect((await measured({ ...options, seed: "b" })).digest).not.toBe(digest);
});

test("without a size there is no file", async () => {
  await expect(bigStatement({ format: "mt940", seed: "none" }).next()).rejects.toThrow("how many entries or bytes");
});

async function measured(options: BigStatementOptions): Promise<{ bytes: number; digest: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of bigStatement(options)) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, digest: hash.digest("hex") };
}
