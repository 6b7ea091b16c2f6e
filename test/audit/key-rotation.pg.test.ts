import { copyFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { checkProof } from "../../src/audit/proof/check-proof.ts";
import { proveEntry } from "../../src/audit/proof/proof.ts";
import { keyStatements, storedBlocks } from "../../src/audit/queries.ts";
import { signBlock } from "../../src/audit/seals/block.ts";
import { recordRestore } from "../../src/audit/seals/head-file.ts";
import { readStatement, signStatement } from "../../src/audit/seals/key-statement.ts";
import { rotateSigningKey } from "../../src/audit/seals/rotate-key.ts";
import { sealAll } from "../../src/audit/seals/sealer.ts";
import { openSigningKey, ownPublicKeys, type SigningKey } from "../../src/audit/seals/signing-key.ts";
import { rememberedStatements } from "../../src/audit/seals/statement-file.ts";
import { type Client, withClient } from "../../src/postgres/connect.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { asReader, asTenant, testDatabase } from "../helpers/postgres.ts";
import { testSealing } from "./sealing.ts";

const database = testDatabase();
const sealing = testSealing(database);
let first: SigningKey;
let second: SigningKey;
let third: SigningKey;

const place = () => ({ dataDir: sealing.current.dataDir });
const rotate = (more: Partial<Parameters<typeof rotateSigningKey>[1]> = {}) =>
  rotateSigningKey(sealing.current.pool, { place: place(), reason: "planned", actor: "command:ada", oldKeyLost: false, ...more });
const keyFile = () => join(sealing.current.dataDir, "secrets/audit-signing-key.pem");

/** By whatever key lies there, as `apg start` does; until the row is sealed. */
async function sealRow(name: string): Promise<bigint> {
  await asTenant(database.current, "alpha", (tx) =>
    tx.query("insert into cash_management.cm_banks (tenant_id, name) values ('alpha', $1)", [name]),
  );
  const { rows } = await database.current.admin.query<{ id: bigint }>(
    "select max(id) as id from audit.audit_log where tenant_id = 'alpha'",
  );
  const id = rows[0]?.id ?? 0n;
  await sealing.current.sealEverything();
  return id;
}
const proofOf = async (id: bigint) => JSON.stringify(await asReader(database.current, "alpha", (tx) => proveEntry(tx, "alpha", id)));
const verify = (trusted: readonly SigningKey[]) =>
  withClient(database.current.admin, (client) => sealing.current.verify(client, { trusted }));

let ids: bigint[];
beforeAll(async () => {
  await seedTwoTenants(database.current);
  first = sealing.current.key;
  await expect(rotate(), "before there is anything to replace").rejects.toMatchObject({ code: "conflict" });
  ids = [await sealRow("One")];
  await rotate();
  second = openSigningKey(place());
  ids.push(await sealRow("Two"));
  await rotate({ reason: "yearly" });
  third = openSigningKey(place());
  ids.push(await sealRow("Three"));
});

describe("a rotated key", () => {
  test("signs from the next block on, and the first public key alone verifies all of it", async () => {
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
    const verdict = await verify([first]);
    expect(verdict).toMatchObject({ intact: true, faults: [] });
    expect(verdict.keys).toMatchObject([
      { key: second.id, replaces: first.id, endorsed: true, reason: "planned", by: "command:ada" },
      { key: third.id, replaces: second.id, endorsed: true, reason: "yearly" },
    ]);
  });

  test("is checked offline with the first public key: the proof carries the endorsements", async () => {
    for (const [at, keys] of [[first], [first, second], [first, second, third]].entries()) {
      const verdict = checkProof(await proofOf(ids[at] ?? 0n), [first]);
      expect(verdict).toMatchObject({ holds: true, keys: keys.map(({ id }) => id) });
    }
    expect(checkProof(await proofOf(ids[2] ?? 0n), [third])).toMatchObject({ holds: true, keys: [third.id] });
    expect(checkProof(await proofOf(ids[0] ?? 0n), [third])).toMatchObject({ holds: false, part: "key" });
  });

  test("lies for its owner alone, and the one before is gone; its public half is kept", () => {
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect(existsSync(`${keyFile()}.next`)).toBe(false);
    expect(ownPublicKeys(place()).map(({ id }) => id)).toEqual(expect.arrayContaining([first.id, second.id, third.id]));
  });

  test("stands in the trail, with who and why", async () => {
    const { rows } = await database.current.admin.query(
      "select tenant_id, row_key from audit.audit_log where table_name = 'key_rotations' order by id",
    );
    expect(rows).toEqual([
      { tenant_id: "*", row_key: second.id },
      { tenant_id: "*", row_key: third.id },
    ]);
  });
});

describe("a changed statement in a proof is found", () => {
  test.each([
    ["a character of it", (one: { statement: string }) => ({ ...one, statement: one.statement.replace("planned", "planted") })],
    [
      "its signature",
      (one: { signature: string }) => ({ ...one, signature: `${one.signature[0] === "0" ? "1" : "0"}${one.signature.slice(1)}` }),
    ],
  ] as const)("%s", async (_name, change) => {
    const proof = JSON.parse(await proofOf(ids[2] ?? 0n)) as { keys: { statement: string; signature: string }[] };
    const [one, two] = proof.keys as [{ statement: string; signature: string }, { statement: string; signature: string }];
    expect(checkProof(JSON.stringify({ ...proof, keys: [change(one as never), two] }), [first])).toMatchObject({
      holds: false,
      part: "keys",
    });
    expect(checkProof(JSON.stringify({ ...proof, keys: [two] }), [first]), "one left out").toMatchObject({ holds: false, part: "key" });
    expect(checkProof(JSON.stringify({ ...proof, keys: [] }), [first])).toMatchObject({ holds: false, part: "key" });
    expect(checkProof(JSON.stringify({ ...proof, keys: [{ ...one, more: 1 }, two] }), [first])).toMatchObject({ part: "format" });
  });
});

describe("invariant 23: a superuser's tampering with keys is found", () => {
  const afterwards = (tamper: (client: Client) => Promise<unknown>) => sealing.current.after(tamper, { trusted: [first] });
  const last = async (client: Client) =>
    (await client.query<{ number: bigint }>("select max(number) as number from audit.blocks")).rows[0]?.number ?? 0n;
  const signLastWith = async (client: Client, key: SigningKey) => {
    const number = await last(client);
    const [block] = await storedBlocks(client, number, number);
    if (block === undefined) throw new Error("no block");
    const forged = signBlock({ ...block, keyId: key.id }, key.privateKey);
    await client.query("update audit.blocks set key_id = $2, hash = $3, signature = $4 where number = $1", [
      ...[number, key.id, forged.hash, forged.signature],
    ]);
  };

  test("a block signed by a key that was replaced, as who stole it would", async () => {
    const { faults } = await afterwards((client) => signLastWith(client, first));
    expect(faults.filter(({ kind }) => kind === "key_replaced")).toMatchObject([
      { what: expect.stringMatching(/was replaced behind block/) },
    ]);
  });

  test("a block signed by a key before its time", async () => {
    const { faults } = await afterwards(async (client) => {
      const [block] = await storedBlocks(client, 1n, 1n);
      if (block === undefined) throw new Error("no block");
      const forged = signBlock({ ...block, keyId: third.id }, third.privateKey);
      await client.query("update audit.blocks set key_id = $1, hash = $2, signature = $3 where number = 1", [
        third.id,
        forged.hash,
        forged.signature,
      ]);
    });
    expect(faults.filter(({ kind }) => kind === "key_replaced")).toMatchObject([
      { block: "1", what: expect.stringMatching(/begins with block/) },
    ]);
  });

  test("a statement removed: the key it led to is not trusted, and with all keys given the change is unexplained", async () => {
    const remove = (client: Client) => client.query("delete from audit.key_rotations where key_id = $1", [third.id]);
    expect((await afterwards(remove)).faults).toMatchObject([{ kind: "key_unknown", what: expect.stringContaining(third.id) }]);
    const verdict = await sealing.current.after(remove, { trusted: [first, second, third] });
    expect(verdict.faults).toMatchObject([{ kind: "key_not_endorsed" }]);
    expect(
      await sealing.current.after(remove, { trusted: [first], statements: rememberedStatements(sealing.current.dataDir) }),
      "the data folder remembers it",
    ).toMatchObject({ intact: true });
  });

  test("a second endorsement by a key that had one", async () => {
    const { faults } = await afterwards(async (client) => {
      const statements = (await keyStatements(client)).map(readStatement);
      const old = statements[0];
      if (old == null) throw new Error("no statement");
      const own = { ...old, key: { id: third.id, publicKey: third.publicKey } };
      const signed = signStatement(own, first);
      await client.query("update audit.key_rotations set statement = $2, signature = $3 where key_id = $1", [
        ...[third.id, signed.statement, Buffer.from(signed.signature, "hex")],
      ]);
    });
    expect(faults.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["key_statement_wrong", "key_unknown"]));
  });
});

describe("refusals", () => {
  test.each(["apg_user", "apg_readonly_user", "apg_admin", "monitoring", "cm_owner", "apg_gate"])("%s replaces no key", async (role) => {
    for (const attempt of [
      "select audit.rotate_key('0123456789abcdef', '-', '0123456789abcdee', 1, true, 'x', '\\x00')",
      "insert into audit.key_rotations select * from audit.key_rotations",
      "update audit.key_rotations set is_endorsed = true",
    ])
      await withClient(database.current.admin, async (client) => {
        await client.query(`begin; set local role ${role}`);
        await expect(client.query(attempt)).rejects.toMatchObject({ code: "42501" });
        await client.query("rollback");
      });
  });

  test("statements are append-only, for the superuser too", async () => {
    await expect(database.current.admin.query("delete from audit.key_rotations")).rejects.toThrow("append-only");
  });

  test("the sealer adds none behind a block that is not the last", async () => {
    await expect(
      sealing.current.pool.query(
        "select audit.rotate_key('0123456789abcdef', '-----BEGIN PUBLIC KEY-----', $1, 0, true, 'apg-audit-key-1', $2)",
        [third.id, Buffer.alloc(64)],
      ),
    ).rejects.toThrow(/the chain ends at block/);
  });

  test("a sealer that still holds the old key signs nothing with it", async () => {
    await asTenant(database.current, "alpha", (tx) =>
      tx.query("insert into cash_management.cm_banks (tenant_id, name) values ('alpha', 'By the old key')"),
    );
    await expect
      .poll(() => sealAll(sealing.current.pool, { key: second, dataDir: sealing.current.dataDir }).catch((error) => error.code), {
        timeout: 20_000,
      })
      .toBe("audit_key_replaced");
    await sealRow("By the new one");
  });
});

test("killed between the database and the file, the next seal completes the rotation", async () => {
  copyFileSync(keyFile(), `${keyFile()}.old`);
  await rotate();
  const made = openSigningKey(place());
  renameSync(keyFile(), `${keyFile()}.next`);
  renameSync(`${keyFile()}.old`, keyFile());
  expect(openSigningKey(place()).id).toBe(third.id);
  await sealRow("After the kill");
  expect(openSigningKey(place()).id).toBe(made.id);
  expect(await verify([first])).toMatchObject({ intact: true });
});

test("a database restored to before a rotation is told of it again", async () => {
  await rotate();
  const { rows } = await database.current.admin.query<{ count: bigint }>("select count(*) as count from audit.key_rotations");
  await withClient(database.current.admin, async (client) => {
    await client.query("begin; set local session_replication_role = replica; alter table audit.key_rotations disable trigger user");
    await client.query("delete from audit.key_rotations where after_block = (select max(after_block) from audit.key_rotations)");
    await client.query("alter table audit.key_rotations enable always trigger key_rotations_are_append_only");
    await client.query("alter table audit.key_rotations enable always trigger recorded_in_the_trail; commit");
  });
  recordRestore(sealing.current.dataDir, { reason: "a restore", actor: "command:ada", at: "2026-03-02T10:00:00.000Z" });
  await sealRow("After the restore");
  expect((await database.current.admin.query("select count(*) as count from audit.key_rotations")).rows).toEqual(rows);
  expect(await verify([first])).toMatchObject({ intact: true, forks: [{ reason: expect.stringContaining("a restore") }] });
});

test("a lost key is refused until it is said, then a break that everybody is told of", async () => {
  const before = openSigningKey(place());
  rmSync(keyFile());
  expect(() => openSigningKey(place())).toThrow(/is gone, and blocks were signed with it/);
  await expect(rotate()).rejects.toMatchObject({ code: "audit_key_unusable" });
  await rotate({ oldKeyLost: true, reason: "the disk burnt" });
  const after = openSigningKey(place());
  const id = await sealRow("After the loss");

  const verdict = await verify([first]);
  expect(verdict.intact).toBe(false);
  expect(verdict.faults[0]).toMatchObject({
    kind: "key_unknown",
    what: expect.stringContaining(`key ${before.id} was lost (the disk burnt)`),
  });
  const proof = await proofOf(id);
  expect(checkProof(proof, [first])).toMatchObject({ holds: false, part: "key", what: expect.stringContaining("the disk burnt") });

  const given = await verify([first, after]);
  expect(given).toMatchObject({ intact: true });
  expect(given.keys.at(-1)).toMatchObject({ key: after.id, replaces: before.id, endorsed: false, reason: "the disk burnt" });
  expect(checkProof(proof, [after])).toMatchObject({ holds: true, keys: [after.id] });
});
