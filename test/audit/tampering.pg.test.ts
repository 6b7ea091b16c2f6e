import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { storedBlocks } from "../../src/audit/queries.ts";
import { headerText, signBlock } from "../../src/audit/seals/block.ts";
import { keyId } from "../../src/audit/seals/signing-key.ts";
import type { FaultKind } from "../../src/audit/verify/fault.ts";
import { verifyDatabase } from "../../src/audit/verify/verify-database.ts";
import type { Client } from "../../src/postgres/connect.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { asTenant, testDatabase } from "../helpers/postgres.ts";
import { testSealing } from "./sealing.ts";

// Invariant 23: what a superuser does to the trail with triggers switched off is found, and the row is named.
const database = testDatabase();
const sealing = testSealing(database);

/** Three blocks of rows about banks; the victim stands in the second. */
let victim: { id: bigint; row_key: string; occurred_at: string };
let other: { id: bigint };
let victimBlock: bigint;

beforeAll(async () => {
  await seedTwoTenants(database.current);
  for (const name of ["North", "South", "West"]) {
    await sealing.current.sealEverything();
    await asTenant(database.current, "alpha", (tx) =>
      tx.query("insert into cash_management.cm_banks (tenant_id, name) select 'alpha', $1 || i from generate_series(1, 20) as i", [name]),
    );
  }
  await sealing.current.sealEverything();
  const rows = await database.current.admin.query<{ id: bigint; row_key: string; occurred_at: string }>(
    "select id, row_key, occurred_at from audit.audit_log where new_values ->> 'name' in ('South7', 'South9') order by id",
  );
  [victim, other] = rows.rows as [typeof victim, typeof victim];
  const block = await database.current.admin.query<{ number: bigint }>(
    `select number from audit.blocks
     where (select transaction_id from audit.audit_log where id = $1) > after_transaction
     order by number desc limit 1`,
    [victim.id],
  );
  victimBlock = block.rows[0]?.number ?? 0n;
});

interface Tampering {
  readonly name: string;
  readonly tamper: (client: Client) => Promise<unknown>;
  /** What is found, and what the finding must name. */
  readonly found: FaultKind;
  readonly names: () => RegExp;
}

const theRow = () => new RegExp(`row ${victim.id} \\(INSERT of cash_management.cm_banks ${victim.row_key}, tenant alpha\\) was changed`);
const theBlock = () => new RegExp(`block ${victimBlock}\\b`);
const change = (assignment: string) => (client: Client) =>
  client.query(`update audit.audit_log set ${assignment} where id = $1`, [victim.id]);
const onBlock = (sql: string) => (client: Client) => client.query(sql, [victimBlock]);
const partition = async (client: Client) =>
  (await client.query<{ name: string }>("select tableoid::regclass::text as name from audit.audit_log limit 1")).rows[0]?.name;
const insertCopy = (client: Client, changes: Readonly<Record<string, string>>) =>
  client.query(`insert into audit.audit_log select (jsonb_populate_record(entry, $2)).* from audit.audit_log as entry where id = $1`, [
    victim.id,
    JSON.stringify(changes),
  ]);

const tamperings: readonly Tampering[] = [
  {
    name: "a value of the row after the change",
    tamper: change(`new_values = new_values || '{"name": "South8"}'`),
    found: "row_changed",
    names: theRow,
  },
  {
    name: "a value moved from after to before",
    tamper: change("old_values = new_values, new_values = null"),
    found: "row_changed",
    names: theRow,
  },
  { name: "the actor", tamper: change("actor = 'person:somebody else'"), found: "row_changed", names: theRow },
  { name: "the login of the session", tamper: change("user_name = 'apg_admin'"), found: "row_changed", names: theRow },
  { name: "the client's address", tamper: change("client_address = '10.0.0.9'"), found: "row_changed", names: theRow },
  { name: "the request", tamper: change("request_id = 'another-request'"), found: "row_changed", names: theRow },
  {
    name: "the time, by a microsecond",
    tamper: change("occurred_at = occurred_at + interval '1 microsecond'"),
    found: "row_changed",
    names: theRow,
  },
  {
    name: "the operation",
    tamper: change("operation = 'UPDATE'"),
    found: "row_changed",
    names: () => /row \d+ \(UPDATE of cash_management.cm_banks/,
  },
  {
    name: "the tenant",
    tamper: change("tenant_id = 'beta'"),
    found: "row_changed",
    names: () => new RegExp(`row ${victim.id} .*tenant beta`),
  },
  {
    name: "the key of the row it is about",
    tamper: change("row_key = 'elsewhere'"),
    found: "row_changed",
    names: () => /cm_banks elsewhere/,
  },
  {
    name: "the transaction, so that it stands in another block",
    tamper: change("transaction_id = (select max(transaction_id) from audit.audit_log)"),
    found: "row_inserted",
    names: () => new RegExp(`row ${victim.id} `),
  },
  {
    name: "a row removed",
    tamper: (client) => client.query("delete from audit.audit_log where id = $1", [victim.id]),
    found: "row_removed",
    names: () => new RegExp(`row ${victim.id} of block ${victimBlock} was removed`),
  },
  {
    name: "a row removed and its neighbour given its id",
    tamper: async (client) => {
      await client.query("delete from audit.audit_log where id = $1", [victim.id]);
      await client.query("update audit.audit_log set id = $1 where id = $2", [victim.id, other.id]);
    },
    found: "row_removed",
    names: () => new RegExp(`row ${other.id} of block`),
  },
  {
    name: "a whole block's rows removed",
    tamper: (client) => client.query("delete from audit.audit_log where new_values ->> 'name' like 'South%'"),
    found: "row_removed",
    names: () => new RegExp(`row ${other.id} of block`),
  },
  {
    name: "a month's partition dropped",
    tamper: async (client) => client.query(`drop table ${await partition(client)}`),
    found: "row_removed",
    names: () => new RegExp(`row ${victim.id} of block`),
  },
  {
    name: "a row inserted between sealed ones",
    tamper: (client) => insertCopy(client, { id: "900000001", row_key: "forged" }),
    found: "row_inserted",
    names: () => /row 900000001 \(INSERT of cash_management.cm_banks forged, tenant alpha\)/,
  },
  {
    name: "a row with an id below all others",
    tamper: (client) => insertCopy(client, { id: "-5" }),
    found: "row_inserted",
    names: () => /row -5 .*outside of every block/,
  },
  {
    name: "a sealed row copied to another tenant",
    tamper: (client) => insertCopy(client, { tenant_id: "beta" }),
    found: "row_inserted",
    names: () => new RegExp(`row ${victim.id} .*was inserted`),
  },
  {
    name: "what two rows say exchanged",
    tamper: (client) =>
      client.query(
        `update audit.audit_log as one set new_values = two.new_values, row_key = two.row_key
         from audit.audit_log as two where (one.id, two.id) in (($1::bigint, $2::bigint), ($2, $1))`,
        [victim.id, other.id],
      ),
    found: "row_changed",
    names: () => new RegExp(`row ${victim.id} `),
  },
  {
    name: "a row changed and its digest in the leaf list with it",
    tamper: async (client) => {
      await change("actor = 'nobody'")(client);
      await client.query("update audit.block_leaves set leaves = overlay(leaves placing sha256(leaves) from 9) where number = $1", [
        victimBlock,
      ]);
    },
    found: "rows_differ",
    names: theBlock,
  },
  {
    name: "the leaf list of a block",
    tamper: onBlock("update audit.block_leaves set leaves = overlay(leaves placing sha256(leaves) from 49) where number = $1"),
    found: "leaves_altered",
    names: theBlock,
  },
  {
    name: "the leaf list of a block removed",
    tamper: onBlock("delete from audit.block_leaves where number = $1"),
    found: "leaves_altered",
    names: theBlock,
  },
  {
    name: "the salt of a block",
    tamper: onBlock("update audit.block_leaves set salt = sha256(salt) where number = $1"),
    found: "salt_altered",
    names: theBlock,
  },
  {
    name: "the root of a block",
    tamper: onBlock("update audit.blocks set root = sha256(root) where number = $1"),
    found: "block_altered",
    names: theBlock,
  },
  {
    name: "the number of rows of a block",
    tamper: onBlock("update audit.blocks set row_count = row_count - 1 where number = $1"),
    found: "block_altered",
    names: theBlock,
  },
  {
    name: "the time of a block",
    tamper: onBlock("update audit.blocks set sealed_at = sealed_at - interval '1 day' where number = $1"),
    found: "block_altered",
    names: theBlock,
  },
  {
    name: "the signature of a block",
    tamper: onBlock("update audit.blocks set signature = sha256(signature) || sha256(root) where number = $1"),
    found: "signature_wrong",
    names: theBlock,
  },
  {
    name: "a block removed",
    tamper: (client) => client.query("delete from audit.blocks where number = $1", [victimBlock]),
    found: "block_missing",
    names: () => new RegExp(`block ${victimBlock} is gone`),
  },
  {
    name: "two blocks exchanged",
    tamper: (client) =>
      client
        .query(
          "update audit.blocks set number = case number when $1::bigint then -$1::bigint - 1 else -$1::bigint end where number in ($1::bigint, $1::bigint + 1)",
          [victimBlock],
        )
        .then(() => client.query("update audit.blocks set number = -number where number < 0")),
    found: "block_altered",
    names: theBlock,
  },
  {
    name: "the last block removed",
    tamper: (client) => client.query("delete from audit.blocks where number = (select max(number) from audit.blocks)"),
    found: "chain_went_back",
    names: () => /is gone: the database ends at block \d+/,
  },
  {
    name: "all blocks removed",
    tamper: (client) => client.query("delete from audit.blocks"),
    found: "chain_went_back",
    names: () => /has no block at all/,
  },
  {
    name: "a block signed anew with a key of one's own, listed as if it were one of ours",
    tamper: signAnew,
    found: "key_unknown",
    names: () => new RegExp(`block ${victimBlock} was signed with key [0-9a-f]{16}, which is not trusted`),
  },
  {
    name: "a block signed anew under the name of our key",
    tamper: (client) => signAnew(client, sealing.current.key.id),
    found: "signature_wrong",
    names: theBlock,
  },
  {
    name: "a trigger of the trail switched off",
    tamper: (client) => client.query("alter table cash_management.cm_banks disable trigger audit_update"),
    found: "recording_off",
    names: () => /cm_banks: trigger audit_update is switched off/,
  },
  {
    name: "a trigger of the trail dropped",
    tamper: (client) => client.query("drop trigger audit_delete on cash_management.cm_people"),
    found: "recording_off",
    names: () => /cm_people: trigger audit_delete is missing/,
  },
  {
    name: "the guard of the trail switched off",
    tamper: async (client) => client.query(`alter table ${await partition(client)} disable trigger audit_log_is_append_only`),
    found: "recording_off",
    names: () => /audit_log_\d{4}_\d{2}: trigger audit_log_is_append_only is switched off/,
  },
];

/** The row changed, its block made anew in every part, and the block behind left as it is. */
async function signAnew(client: Client, pretendedId?: string): Promise<void> {
  const forger = generateKeyPairSync("ed25519");
  const id = pretendedId ?? keyId(forger.publicKey);
  const [block] = await storedBlocks(client, victimBlock, victimBlock);
  if (block === undefined) throw new Error("no such block");
  const forged = signBlock({ ...block, keyId: id, sealedAt: "2026-01-01T00:00:00.000Z" }, forger.privateKey);
  expect(headerText(forged)).not.toBe(headerText(block));
  if (pretendedId === undefined) {
    const pem = forger.publicKey.export({ type: "spki", format: "pem" });
    await client.query("insert into audit.signing_keys (key_id, public_key) values ($1, $2)", [id, pem]);
  }
  await client.query("update audit.blocks set key_id = $2, sealed_at = $3, hash = $4, signature = $5 where number = $1", [
    ...[victimBlock, id, forged.sealedAt, forged.hash, forged.signature],
  ]);
}

test("invariant 23: an untouched trail is intact", async () => {
  const verdict = await sealing.current.after(async () => {});
  expect(verdict).toMatchObject({ intact: true, faultCount: 0, faults: [] });
  expect(verdict.rows).toBeGreaterThan(60);
});

describe(`invariant 23: each of ${tamperings.length} kinds of tampering by a superuser with triggers off is found and named`, () => {
  test.each(tamperings)("$name", async ({ tamper, found, names }) => {
    const verdict = await sealing.current.after(tamper);
    expect(verdict.intact).toBe(false);
    expect(
      verdict.faults.filter(({ kind, what }) => kind === found && names().test(what)).length,
      JSON.stringify(verdict.faults, null, 1),
    ).toBeGreaterThan(0);
  });

  test("what was not touched is not accused: one changed row is one fault", async () => {
    const verdict = await sealing.current.after(change("actor = 'x'"));
    expect(verdict.faults).toMatchObject([
      {
        kind: "row_changed",
        block: `${victimBlock}`,
        row: { id: `${victim.id}`, tenant: "alpha", table: "cash_management.cm_banks", key: victim.row_key },
      },
    ]);
  });

  test("rows that wait for a seal while no sealer runs", async () => {
    await asTenant(database.current, "alpha", (tx) =>
      tx.query("insert into cash_management.cm_banks (tenant_id, name) values ('alpha', 'Unsealed')"),
    );
    const options = { trusted: [sealing.current.key], known: null, restore: null };
    expect(await verifyDatabase(database.current.admin, { ...options, maxLagSeconds: 60 })).toMatchObject({ intact: true });
    // A transaction of another test's database may hold it back for a moment: then it cannot be sealed, and is not late.
    await expect
      .poll(() => verifyDatabase(database.current.admin, { ...options, maxLagSeconds: 0 }), { timeout: 30_000 })
      .toMatchObject({ intact: false, faults: [{ kind: "unsealed", what: expect.stringContaining("1 rows wait for a seal") }] });
    await sealing.current.sealEverything();
    expect(await verifyDatabase(database.current.admin, { ...options, maxLagSeconds: 0 })).toMatchObject({ intact: true });
  });
});
