import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { fingerprint } from "../../src/statements/posting/fingerprint.ts";
import { sealHash } from "../../src/statements/sealing/chain.ts";
import type { StatementEntry } from "../../src/statements/statement.ts";
import type { Day } from "../../src/time/day.ts";
import { read } from "../house/tree.ts";

const page = read("docs/reference/seals.md");
const block = (name: string) => new RegExp(`\`\`\`${name}\n([^\`]*)\n\`\`\``).exec(page)?.[1] ?? "";
const digest = (text: string) => createHash("sha256").update(text).digest("hex");
const stated = /The seal: `([0-9a-f]{64})`/.exec(page)?.[1];

const entry = (text: string) =>
  ({
    currency: "EUR",
    endToEndId: "NOTPROVIDED",
    transactionCode: null,
    text,
    counterparty: null,
    structuredReference: null,
  }) as StatementEntry;
const fingerprints = [
  fingerprint(entry("Invoice 4711"), "booked", "2026-03-02", "2026-03-02", 4000n),
  fingerprint(entry("Fee"), "booked", "2026-03-02", "2026-03-03", -1000n),
].sort();

test("the fingerprints of docs/reference/seals.md are those of the program", () => {
  expect(block("fingerprints").split("\n")).toEqual(fingerprints);
  const byHand = block("fingerprinted")
    .split("\n")
    .map((line) => digest(line).slice(0, 32));
  expect(byHand.sort()).toEqual(fingerprints.map((one) => one.replaceAll("-", "")));
});

test("the seal of docs/reference/seals.md is that of the program, and that of its bytes", () => {
  const closing = {
    ...{ day: "2026-03-02" as Day, statementId: "", opening: 10_000n, closing: 13_000n, difference: 0n, credits: 4_000n, debits: 1_000n },
    ...{ entries: 2, entriesHash: digest(fingerprints.join(",")) },
  };
  expect(sealHash({ lastFour: "2051", currency: "EUR" }, closing, null)).toBe(stated);
  expect(digest(block("sealed"))).toBe(stated);
});
