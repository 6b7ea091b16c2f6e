import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { checkProof } from "../../src/audit/proof/check-proof.ts";
import { type AuditProof, proveEntry } from "../../src/audit/proof/proof.ts";
import { keyId } from "../../src/audit/seals/signing-key.ts";
import { withClient } from "../../src/postgres/connect.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { asReader, asTenant, testDatabase } from "../helpers/postgres.ts";
import { testSealing } from "./sealing.ts";

const database = testDatabase();
const sealing = testSealing(database);
let ids: bigint[];
let proof: AuditProof;

beforeAll(async () => {
  await seedTwoTenants(database.current);
  await asTenant(database.current, "alpha", (tx) =>
    tx.query(
      "insert into cash_management.cm_banks (tenant_id, name) select 'alpha', 'Büro \\ \"' || i || chr(9) from generate_series(1, 20) as i",
    ),
  );
  await sealing.current.sealEverything();
  const rows = await database.current.admin.query<{ id: bigint }>("select id from audit.audit_log where tenant_id = 'alpha' order by id");
  ids = rows.rows.map(({ id }) => id);
  proof = await proofOf(ids[9] ?? 0n);
});

const proofOf = (id: bigint, tenant = "alpha") => asReader(database.current, tenant, (tx) => proveEntry(tx, tenant, id));
const check = (changed: unknown) => checkProof(typeof changed === "string" ? changed : JSON.stringify(changed), [sealing.current.key]);

test("every row of a tenant can be proven offline, with the public key alone", async () => {
  for (const id of ids) {
    const verdict = check(await proofOf(id));
    expect(verdict).toMatchObject({ holds: true, row: { id: `${id}`, tenant_id: "alpha" }, block: { key: sealing.current.key.id } });
  }
});

/** One character of a text exchanged for another of its kind. */
function bent(text: string, at: number): string {
  const other = text[at] === "0" ? "1" : "0";
  return `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
}

describe("a changed byte anywhere is found and named", () => {
  test("in the row: at every place", () => {
    for (let at = 0; at < proof.row.length; at += 1)
      expect(check({ ...proof, row: bent(proof.row, at) })).toMatchObject({ holds: false, part: "row" });
  });

  test("in the block: at every place", () => {
    for (let at = 0; at < proof.block.length; at += 1)
      expect(check({ ...proof, block: bent(proof.block, at) })).toMatchObject({ holds: false, part: "block" });
  });

  test.each([
    ["salt", "row"],
    ["leaf", "leaf"],
    ["blockHash", "blockHash"],
    ["signature", "signature"],
  ] as const)("in %s: at every place", (field, part) => {
    for (let at = 0; at < proof[field].length; at += 1)
      expect(check({ ...proof, [field]: bent(proof[field], at) })).toMatchObject({ holds: false, part });
  });

  test("in the path: at every place, one hash more, one fewer, another index", () => {
    expect(proof.path.length).toBeGreaterThan(3);
    for (const [step, hash] of proof.path.entries())
      for (let at = 0; at < hash.length; at += 1)
        expect(check({ ...proof, path: proof.path.with(step, bent(hash, at)) })).toMatchObject({ holds: false, part: "path" });
    expect(check({ ...proof, path: proof.path.slice(1) })).toMatchObject({ part: "path" });
    expect(check({ ...proof, path: [...proof.path, proof.leaf] })).toMatchObject({ part: "path" });
    expect(check({ ...proof, index: proof.index + 1 })).toMatchObject({ part: "path" });
  });

  test("a row of another proof, and a block of another", async () => {
    const other = await proofOf(ids[3] ?? 0n);
    expect(check({ ...proof, row: other.row, salt: other.salt, leaf: other.leaf })).toMatchObject({ holds: false, part: "path" });
    expect(check({ ...proof, row: other.row })).toMatchObject({ holds: false, part: "row" });
  });

  test("what is no proof at all", () => {
    const shapes = [
      "",
      "{}",
      "null",
      "[1]",
      JSON.stringify({ ...proof, extra: 1 }),
      JSON.stringify({ ...proof, format: "apg-audit-proof-3" }),
    ];
    for (const text of [...shapes, JSON.stringify({ ...proof, path: ["zz"] }), JSON.stringify({ ...proof, index: -1.5 })])
      expect(check(text)).toMatchObject({ holds: false, part: "format" });
  });

  test("another key", () => {
    const { publicKey } = generateKeyPairSync("ed25519");
    expect(checkProof(JSON.stringify(proof), [{ id: keyId(publicKey), publicKey }])).toMatchObject({ holds: false, part: "key" });
    expect(checkProof(JSON.stringify(proof), [{ id: sealing.current.key.id, publicKey }])).toMatchObject({
      holds: false,
      part: "signature",
    });
  });
});

describe("invariant 27: a proof shows no other tenant's row", () => {
  test("a tenant cannot ask for one of another, nor for those of all", async () => {
    for (const tenant of ["alpha", "*"])
      await expect(asReader(database.current, "beta", (tx) => proveEntry(tx, tenant, ids[0] ?? 0n))).rejects.toMatchObject({
        code: "42501",
      });
    await expect(proofOf(ids[0] ?? 0n, "beta")).rejects.toMatchObject({ code: "not_found" });
  });

  test("salts, leaf lists and blocks are not for a tenant's role", async () => {
    for (const table of ["audit.block_leaves", "audit.blocks", "audit.signing_keys"])
      await expect(asReader(database.current, "alpha", (tx) => tx.query(`select from ${table}`))).rejects.toMatchObject({ code: "42501" });
  });

  test("the digests on the path cannot be tried out: without its salt a row's text does not give its leaf", async () => {
    const beta = await database.current.admin.query<{ text: string; leaf: Buffer }>(
      `select audit.row_text(entry) as text, sha256('\\x00'::bytea || int8send(id) || sha256(convert_to(audit.row_text(entry), 'UTF8'))) as leaf
       from audit.audit_log as entry where tenant_id = 'beta'`,
    );
    const material = await asReader(database.current, "alpha", (tx) =>
      tx.query<{ leaf_hashes: Buffer }>("select leaf_hashes from audit.inclusion('alpha', $1)", [ids[9]]),
    );
    const hashes = material.rows[0]?.leaf_hashes.toString("hex") ?? "";
    expect(beta.rows.length).toBeGreaterThan(2);
    for (const { leaf } of beta.rows) expect(hashes).not.toContain(leaf.toString("hex"));
  });
});

test("an entry that is not sealed yet, and one that is not there, are told apart", async () => {
  await asTenant(database.current, "alpha", (tx) =>
    tx.query("insert into cash_management.cm_banks (tenant_id, name) values ('alpha', 'New')"),
  );
  const last = await database.current.admin.query<{ id: bigint }>("select max(id) as id from audit.audit_log where tenant_id = 'alpha'");
  await expect(proofOf(last.rows[0]?.id ?? 0n)).rejects.toMatchObject({ code: "audit_not_sealed" });
  await expect(proofOf(999_999_999n)).rejects.toMatchObject({ code: "not_found" });
});

test("an administrator proves what concerns all tenants", async () => {
  await database.current.admin.query("truncate cash_management.cm_calendar_days");
  await sealing.current.sealEverything();
  const row = await database.current.admin.query<{ id: bigint }>("select id from audit.audit_log where operation = 'TRUNCATE'");
  const found = await withClient(database.current.admin, (client) => proveEntry(client, "*", row.rows[0]?.id ?? 0n));
  expect(check(found)).toMatchObject({ holds: true, row: { tenant_id: "*", operation: "TRUNCATE" } });
});
