import { verify } from "node:crypto";
import type { SignedStatement } from "../seals/key-statement.ts";
import { type Trust, trustOf } from "../seals/key-trust.ts";
import { leafHash, rootOfPath, sha256 } from "../seals/merkle.ts";
import { digestOfValue, digestsIn } from "../seals/personal-values.ts";
import { digestOfRow, idBytes, readRow, rowColumns } from "../seals/row.ts";
import type { TrustedKey } from "../seals/signing-key.ts";
import type { AuditProof, PersonalValue } from "./proof.ts";

/** The part of a proof that does not hold; `format` when it is no proof at all. */
export type ProofPart = "format" | "row" | "leaf" | "path" | "block" | "blockHash" | "signature" | "key" | "keys" | "people";

export type ProofVerdict =
  | {
      readonly holds: true;
      readonly row: Readonly<Record<string, unknown>>;
      readonly block: { readonly number: string; readonly sealedAt: string; readonly key: string; readonly hash: string };
      /** The keys followed, from one that was given to the one that signed; one when that was given itself. */
      readonly keys: readonly string[];
    }
  | { readonly holds: false; readonly part: ProofPart; readonly what: string };

const fails = (part: ProofPart, what: string): ProofVerdict => ({ holds: false, part, what });

/** Checks a proof with nothing but the proof and the public keys: no database, no network, no file. */
export function checkProof(text: string, trusted: readonly TrustedKey[]): ProofVerdict {
  const proof = readProof(text);
  if (proof === null) return fails("format", "this is not a proof of the form apg-audit-proof-2 (or -1)");
  const header = readHeader(proof.block);
  if (header === null) return fails("block", "the block is not of the form apg-audit-block-1");
  const trust = trustOf(trusted, proof.keys, header.chain);
  const broken = trust.rejected[0];
  if (broken !== undefined) return fails("keys", "a statement about a key is not signed by the key it names, or is of another trail");
  const signed = checkSignature(proof, header, trust, trusted);
  if (signed !== null) return signed;
  const included = checkInclusion(proof, header);
  if (included !== null) return included;
  const values = JSON.parse(proof.row) as unknown[];
  const row = Object.fromEntries(rowColumns.map((column, index) => [column, values[index]]));
  const people = checkPeople(proof, row);
  if (people !== null) return people;
  return {
    holds: true,
    row: opened(row, proof),
    block: { number: header.number, sealedAt: header.sealedAt, key: header.key, hash: proof.blockHash },
    keys: followed(trust, header.key),
  };
}

/** Each value that is shown must be the one whose digest was sealed. */
function checkPeople({ people }: AuditProof, row: Readonly<Record<string, unknown>>): ProofVerdict | null {
  for (const { side, column, salt, value } of people) {
    const sealed = digestsIn(row[`${side}_values`]).get(column);
    if (sealed === undefined || sealed !== digestOfValue(Buffer.from(salt, "hex"), value))
      return fails("people", `the value given for ${column} is not the one whose digest was sealed`);
    if (jsonOrNull(value) === null) return fails("people", `the value given for ${column} is none`);
  }
  return null;
}

/** The row with the values in place of their digests. */
function opened(row: Readonly<Record<string, unknown>>, { people }: AuditProof): Readonly<Record<string, unknown>> {
  const image = (side: "old" | "new") => {
    const values = row[`${side}_values`];
    if (typeof values !== "object" || values === null) return values;
    const shown = new Map(
      people.filter((one) => one.side === side).map(({ column, value }) => [`${column}#`, { column, value: jsonOrNull(value) }]),
    );
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const known = shown.get(name);
        return known === undefined ? [name, value] : [known.column, known.value];
      }),
    );
  };
  return { ...row, old_values: image("old"), new_values: image("new") };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** From the key that signed back to one that was given. */
function followed(trust: Trust, keyId: string): string[] {
  const by = trust.keys.get(keyId)?.by ?? null;
  return by === null || !by.endorsed ? [keyId] : [...followed(trust, by.replaces), keyId];
}

function checkSignature(proof: AuditProof, header: Header, trust: Trust, given: readonly TrustedKey[]): ProofVerdict | null {
  const hashFits = sha256(proof.block).toString("hex") === proof.blockHash;
  const key = trust.keys.get(header.key);
  const signedBy = (one: TrustedKey) => verify(null, Buffer.from(proof.block, "utf8"), one.publicKey, Buffer.from(proof.signature, "hex"));
  if (key !== undefined && signedBy(key)) return hashFits ? null : fails("blockHash", "the hash given for the block is not the block's");
  if (!hashFits) return fails("block", "the block is not the one that was signed");
  if (key === undefined) return fails("key", `the block was signed with key ${header.key}, ${whyUnknown(trust, header.key, given)}`);
  return fails("signature", `the signature is not that of key ${key.id}`);
}

function whyUnknown(trust: Trust, keyId: string, given: readonly TrustedKey[]): string {
  for (let key = keyId; ; ) {
    const statement = trust.unfollowed.find((one) => one.key.id === key);
    if (statement === undefined)
      return `which is not among the public keys given (${given.map(({ id }) => id).join(", ")}) nor endorsed by one`;
    if (!statement.endorsed)
      return `and key ${key} was endorsed by nobody: ${statement.replaces} was lost, said ${statement.by} at ${statement.at} (${statement.reason}). Ask for its public key`;
    key = statement.replaces;
  }
}

/** Which of the parts was changed: each is held against the two others. */
function checkInclusion(proof: AuditProof, header: Header): ProofVerdict | null {
  const path = proof.path.map((hash) => Buffer.from(hash, "hex"));
  const leadsToRoot = (leaf: Buffer) => rootOfPath(leaf, proof.index, header.rows, path)?.toString("hex") === header.root;
  const given = Buffer.from(proof.leaf, "hex");
  const own = leafOf(proof);
  if (own !== null && leadsToRoot(own)) return own.equals(given) ? null : fails("leaf", "the leaf given is not the row's");
  if (leadsToRoot(given)) return fails("row", "the row or its salt is not the one that was sealed");
  if (own?.equals(given) === true) return fails("path", "the path does not lead from the row to the block's root");
  return fails("row", "neither the row nor the leaf given leads to the block's root");
}

function leafOf({ row, salt }: AuditProof): Buffer | null {
  const id = readRow(row)?.id;
  if (id === undefined || !/^-?\d{1,19}$/.test(id)) return null;
  return leafHash(Buffer.concat([idBytes(BigInt(id)), digestOfRow(Buffer.from(salt, "hex"), Buffer.from(row, "utf8"))]));
}

interface Header {
  readonly number: string;
  readonly chain: string;
  readonly rows: number;
  readonly root: string;
  readonly sealedAt: string;
  readonly key: string;
}

function readHeader(text: string): Header | null {
  if (!text.startsWith("apg-audit-block-1\n")) return null;
  const line = (pattern: RegExp) => pattern.exec(text)?.[1];
  const number = line(/^number (\d+)$/m);
  const chain = line(/^chain ([0-9a-f-]{36})$/m);
  const rows = line(/^rows (\d{1,15})$/m);
  const root = line(/^root ([0-9a-f]{64})$/m);
  const sealedAt = line(/^sealed at (\S+)$/m);
  const key = line(/^key ([0-9a-f]{16})$/m);
  if (number === undefined || chain === undefined || rows === undefined || root === undefined) return null;
  if (sealedAt === undefined || key === undefined) return null;
  return { number, chain, rows: Number(rows), root, sealedAt, key };
}

const fields = ["format", "row", "salt", "leaf", "index", "path", "block", "blockHash", "signature"];
const formats: Readonly<Record<string, readonly string[]>> = {
  "apg-audit-proof-1": fields,
  "apg-audit-proof-2": [...fields, "keys", "people"],
};
const hex = (value: unknown, bytes: number) => typeof value === "string" && new RegExp(`^[0-9a-f]{${bytes * 2}}$`).test(value);

/** The first form carries neither statements about keys nor values of people; it is checked as one without any. */
function readProof(text: string): AuditProof | null {
  let value: Partial<Record<keyof AuditProof, unknown>>;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const expected = formats[String(value.format)];
  if (expected === undefined) return null;
  const known = Object.keys(value).length === expected.length && expected.every((field) => field in value);
  const { row, salt, leaf, index, path, block, blockHash, signature, keys = [], people = [] } = value;
  const shaped =
    typeof row === "string" &&
    typeof block === "string" &&
    Number.isSafeInteger(index) &&
    Array.isArray(path) &&
    path.every((hash) => hex(hash, 32)) &&
    [salt, leaf, blockHash].every((hash) => hex(hash, 32)) &&
    hex(signature, 64) &&
    Array.isArray(keys) &&
    keys.length <= mostKeys &&
    keys.every(isSigned) &&
    Array.isArray(people) &&
    people.every(isPersonal);
  return known && shaped ? ({ ...value, keys, people } as unknown as AuditProof) : null;
}

const mostKeys = 1000;

function isSigned(value: unknown): value is SignedStatement {
  if (typeof value !== "object" || value === null) return false;
  const { statement, signature } = value as Partial<Record<keyof SignedStatement, unknown>>;
  return Object.keys(value).length === 2 && typeof statement === "string" && hex(signature, 64);
}

function isPersonal(value: unknown): value is PersonalValue {
  if (typeof value !== "object" || value === null) return false;
  const { side, column, salt, value: shown } = value as Partial<Record<keyof PersonalValue, unknown>>;
  const named = (side === "old" || side === "new") && typeof column === "string";
  return Object.keys(value).length === 4 && named && hex(salt, 32) && typeof shown === "string";
}
