import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { keyId, type SigningKey, type TrustedKey } from "./signing-key.ts";

/** That one signing key replaces another behind a block, as docs/reference/audit-seals.md has it. */
export interface KeyStatement {
  readonly chain: string;
  /** The new key. */
  readonly key: TrustedKey;
  readonly replaces: string;
  /** Signed by the key that is replaced; false: that one was lost, and the new one signs for itself. */
  readonly endorsed: boolean;
  /** The last block of the old key. */
  readonly after: { readonly number: bigint; readonly hash: string };
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** As it is stored, and as a proof carries it; the signature is hexadecimal. */
export interface SignedStatement {
  readonly statement: string;
  readonly signature: string;
}

export function statementText({ chain, key, replaces, endorsed, after, by, reason, at }: KeyStatement): string {
  return [
    "apg-audit-key-1",
    `chain ${chain}`,
    `key ${key.id}`,
    `public key ${key.publicKey.export({ type: "spki", format: "der" }).toString("base64")}`,
    `replaces ${replaces}`,
    `endorsed ${endorsed ? "yes" : "no"}`,
    `after block ${after.number} ${after.hash}`,
    `by ${JSON.stringify(by)}`,
    `reason ${JSON.stringify(reason)}`,
    `at ${at}`,
  ].join("\n");
}

export function signStatement(statement: KeyStatement, signer: Pick<SigningKey, "privateKey">): SignedStatement {
  const text = statementText(statement);
  return { statement: text, signature: sign(null, Buffer.from(text, "utf8"), signer.privateKey).toString("hex") };
}

/** Null when it is not of the form: then it is no reason to trust anything. */
export function readStatement({ statement }: SignedStatement): KeyStatement | null {
  const found = form.exec(statement)?.groups;
  if (found === undefined) return null;
  try {
    const publicKey = createPublicKey({ key: Buffer.from(found["publicKey"] ?? "", "base64"), format: "der", type: "spki" });
    const read: KeyStatement = {
      chain: found["chain"] ?? "",
      key: { id: found["key"] ?? "", publicKey },
      replaces: found["replaces"] ?? "",
      endorsed: found["endorsed"] === "yes",
      after: { number: BigInt(found["number"] ?? ""), hash: found["hash"] ?? "" },
      by: JSON.parse(found["by"] ?? "") as string,
      reason: JSON.parse(found["reason"] ?? "") as string,
      at: found["at"] ?? "",
    };
    const isItself = publicKey.asymmetricKeyType === "ed25519" && keyId(publicKey) === read.key.id && statementText(read) === statement;
    return isItself ? read : null;
  } catch {
    return null;
  }
}

export function isStatementOf(signed: SignedStatement, publicKey: KeyObject): boolean {
  return verify(null, Buffer.from(signed.statement, "utf8"), publicKey, Buffer.from(signed.signature, "hex"));
}

const form = new RegExp(
  [
    "^apg-audit-key-1",
    "chain (?<chain>[0-9a-f-]{36})",
    "key (?<key>[0-9a-f]{16})",
    "public key (?<publicKey>[A-Za-z0-9+/=]{40,100})",
    "replaces (?<replaces>[0-9a-f]{16})",
    "endorsed (?<endorsed>yes|no)",
    "after block (?<number>\\d{1,19}) (?<hash>[0-9a-f]{64})",
    'by (?<by>".*")',
    'reason (?<reason>".*")',
    "at (?<at>\\S+)$",
  ].join("\n"),
);
