import { type KeyObject, sign, verify } from "node:crypto";
import type { SignedStatement } from "../seals/key-statement.ts";
import type { SigningKey } from "../seals/signing-key.ts";

/** That a month of the trail is gone by right, as docs/reference/audit-seals.md has it. */
export interface Retirement {
  readonly chain: string;
  readonly part: string;
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  /** How long the policy keeps the trail. */
  readonly keptMonths: number;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  /** SHA-256 of the archive, hexadecimal. */
  readonly archive: string;
  readonly blocks: readonly RetiredRows[];
  readonly keyId: string;
}

/** Rows of one block that are gone: their places in its leaf list, and the root over those leaves. */
export interface RetiredRows {
  readonly block: bigint;
  readonly root: string;
  /** From and to, both of them included, in their order. */
  readonly places: readonly (readonly [number, number])[];
}

export function retirementText(retirement: Retirement): string {
  const { chain, part, from, to, rows, keptMonths, by, reason, at, archive, blocks, keyId } = retirement;
  return [
    "apg-audit-retired-1",
    `chain ${chain}`,
    `partition ${part}`,
    `from ${from}`,
    `to ${to}`,
    `rows ${rows}`,
    `kept ${keptMonths} months`,
    `by ${JSON.stringify(by)}`,
    `reason ${JSON.stringify(reason)}`,
    `at ${at}`,
    `archive ${archive}`,
    ...blocks.map(
      ({ block, root, places }) => `block ${block} root ${root} places ${places.map(([low, high]) => `${low}-${high}`).join(",")}`,
    ),
    `key ${keyId}`,
  ].join("\n");
}

export function signRetirement(retirement: Retirement, key: Pick<SigningKey, "privateKey">): SignedStatement {
  const statement = retirementText(retirement);
  return { statement, signature: sign(null, Buffer.from(statement, "utf8"), key.privateKey).toString("hex") };
}

export function isRetirementOf({ statement, signature }: SignedStatement, publicKey: KeyObject): boolean {
  return verify(null, Buffer.from(statement, "utf8"), publicKey, Buffer.from(signature, "hex"));
}

/** Null when it is not of the form. */
export function readRetirement(statement: string): Retirement | null {
  const lines = statement.split("\n");
  const head = headForm.exec(lines.slice(0, headLines).join("\n"))?.groups;
  const key = /^key ([0-9a-f]{16})$/.exec(lines.at(-1) ?? "")?.[1];
  if (head === undefined || key === undefined) return null;
  const blocks = lines.slice(headLines, -1).map(readBlock);
  if (blocks.some((block) => block === null)) return null;
  try {
    return {
      chain: head["chain"] ?? "",
      part: head["part"] ?? "",
      from: head["from"] ?? "",
      to: head["to"] ?? "",
      rows: Number(head["rows"]),
      keptMonths: Number(head["kept"]),
      by: JSON.parse(head["by"] ?? "") as string,
      reason: JSON.parse(head["reason"] ?? "") as string,
      at: head["at"] ?? "",
      archive: head["archive"] ?? "",
      blocks: blocks as RetiredRows[],
      keyId: key,
    };
  } catch {
    return null;
  }
}

function readBlock(line: string): RetiredRows | null {
  const [, block, root, places] = /^block (\d{1,18}) root ([0-9a-f]{64}) places (\d+-\d+(?:,\d+-\d+)*)$/.exec(line) ?? [];
  if (block === undefined || root === undefined || places === undefined) return null;
  const ranges = places.split(",").map((range) => range.split("-").map(Number) as [number, number]);
  return { block: BigInt(block), root, places: ranges };
}

/** Neighbouring places become one range. */
export function rangesOf(places: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const place of places) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === place - 1) last[1] = place;
    else ranges.push([place, place]);
  }
  return ranges;
}

export function placesOf(ranges: RetiredRows["places"]): number[] {
  return ranges.flatMap(([low, high]) => Array.from({ length: Math.max(0, high - low + 1) }, (_, index) => low + index));
}

const headLines = 11;
const headForm = new RegExp(
  [
    "^apg-audit-retired-1",
    "chain (?<chain>[0-9a-f-]{36})",
    "partition (?<part>\\w{1,63})",
    "from (?<from>\\S+)",
    "to (?<to>\\S+)",
    "rows (?<rows>\\d{1,15})",
    "kept (?<kept>\\d{1,5}) months",
    'by (?<by>".*")',
    'reason (?<reason>".*")',
    "at (?<at>\\S+)",
    "archive (?<archive>[0-9a-f]{64})$",
  ].join("\n"),
);
