import { createHash, randomBytes } from "node:crypto";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import { personByAddress } from "../people.ts";
import type { ApprovalRequest } from "./contract.ts";
import * as queries from "./queries.ts";

// Crockford's base 32: no I, L, O, U, so that it can be read out over a telephone.
const signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** 60 random bits, such as 7K3D-90QM-4XTV. */
export function newCode(): string {
  const letters = [...randomBytes(12)].map((byte) => signs[byte % 32]).join("");
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}

/** However it is typed: small letters, without dashes, O for 0, I and L for 1. */
export function codeHash(code: string): Buffer {
  const plain = code
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  return createHash("sha256").update(`apg sign-in code ${plain}`).digest();
}

/**
 * The code that has to come with the sign-in link of whom an approved request lets in: for who approved, to be told to that person. Who asked
 * has the link; so neither comes in alone. Another code takes the place of the one before.
 * @throws what the database refuses: it is made by who approved alone
 */
export async function makeLinkCode(tx: TenantTransaction, requestId: string): Promise<string> {
  const code = newCode();
  await queries.keepApprovalCode(tx, requestId, codeHash(code));
  return code;
}

/** Whether somebody is let in by what was approved who has not come in yet, or lost their way. */
export async function opensAWayIn(tx: TenantTransaction, { kind, subject }: ApprovalRequest): Promise<boolean> {
  if (kind === "person_recovery") return true;
  if (kind !== "person_role") return false;
  const person = await personByAddress(tx, subject);
  return person !== null && person.lastSignedInAt === null;
}
