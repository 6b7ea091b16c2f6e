import { Problem } from "../../errors/problem.ts";
import { blockByNumber, type Connection, inclusionOf, keyStatements } from "../queries.ts";
import { headerText } from "../seals/block.ts";
import { readStatement, type SignedStatement } from "../seals/key-statement.ts";
import { pathOf } from "../seals/merkle.ts";
import { personalValues } from "../seals/personal-values.ts";

/** That a row of the trail was sealed: everything an auditor needs besides the public key. Hashes are hexadecimal. */
export interface AuditProof {
  readonly format: "apg-audit-proof-2";
  /** The row as it was sealed, a JSON array of its columns. */
  readonly row: string;
  readonly salt: string;
  readonly leaf: string;
  readonly index: number;
  readonly path: readonly string[];
  /** The signed bytes of the block. */
  readonly block: string;
  readonly blockHash: string;
  readonly signature: string;
  /** How the first signing key leads to the one that signed: statements, each signed by the key it replaces. */
  readonly keys: readonly SignedStatement[];
  /** Values that name people, as long as they are kept; the row has a salted digest of each. */
  readonly people: readonly PersonalValue[];
}

export interface PersonalValue {
  readonly side: "old" | "new";
  readonly column: string;
  readonly salt: string;
  /** As jsonb prints it. */
  readonly value: string;
}

/** Whose entry it is, "*" for one that concerns all tenants. For administrators: others see their own. @returns null when there is none */
export async function tenantOfEntry(connection: Connection, id: bigint): Promise<string | null> {
  const { rows } = await connection.query<{ tenant_id: string }>("select tenant_id::text as tenant_id from audit.audit_log where id = $1", [
    id,
  ]);
  return rows[0]?.tenant_id ?? null;
}

/**
 * The proof of one row, within a tenant's transaction (its own rows) or as an administrator.
 * @throws Problem `not_found`, `audit_not_sealed`
 */
export async function proveEntry(connection: Connection, tenantId: string, id: bigint): Promise<AuditProof> {
  const found = await inclusionOf(connection, tenantId, id);
  if (found === null)
    throw new Problem("not_found", `the trail${tenantId === "*" ? "" : ` of ${tenantId}`} has no entry ${id}`, {
      hint: "See apg audit list --tenant.",
    });
  if (found.sealed === null)
    throw new Problem("audit_not_sealed", `entry ${id} is not sealed yet`, {
      hint: "Seals follow within seconds while apg start or apg audit seal --watch runs.",
    });
  const { number, place, salt, leaves } = found.sealed;
  const block = await blockByNumber(connection, number);
  const leaf = leaves[place];
  if (block === null || leaf === undefined)
    throw new Problem("audit_not_sealed", `entry ${id} lies in the range of block ${number} and is not in it`, {
      hint: "Somebody changed the trail: run apg audit verify.",
    });
  return {
    format: "apg-audit-proof-2",
    row: found.text,
    salt: salt.toString("hex"),
    leaf: leaf.toString("hex"),
    index: place,
    path: pathOf(leaves, place).map((hash) => hash.toString("hex")),
    block: headerText(block),
    blockHash: block.hash.toString("hex"),
    signature: block.signature.toString("hex"),
    keys: leadingTo(block.keyId, await keyStatements(connection)),
    people: (await personalValues(connection, [{ tenantId, id }])).map(({ side, column, salt, value }) => ({
      ...{ side, column, salt: salt.toString("hex"), value },
    })),
  };
}

/** The statements between the first key and this one, the oldest first. */
function leadingTo(keyId: string, statements: readonly SignedStatement[]): SignedStatement[] {
  const path: SignedStatement[] = [];
  let key = keyId;
  for (const signed of [...statements].reverse()) {
    const statement = readStatement(signed);
    if (statement?.key.id !== key) continue;
    path.unshift(signed);
    key = statement.replaces;
  }
  return path;
}
