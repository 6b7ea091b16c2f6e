import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { beforeAll, expect, test } from "vitest";
import { withClient } from "../../src/postgres/connect.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { createDatabase, testDatabase } from "../helpers/postgres.ts";
import { testSealing } from "./sealing.ts";

const database = testDatabase();
const sealing = testSealing(database);
/** In the order in which they refer to each other. */
const tables = ["signing_keys", "key_rotations", "retirements", "audit_log", "personal_values", "blocks", "block_leaves"].map(
  (name) => `audit.${name}`,
);

beforeAll(async () => {
  await seedTwoTenants(database.current);
  await sealing.current.sealEverything();
});

test("invariant 24: a data-only restore of the trail, by COPY as pg_restore does it, has its count and its head, and verifies", async () => {
  const other = await createDatabase();
  try {
    const copies = await withClient(database.current.admin, async (client) => {
      const found: Buffer[] = [];
      for (const table of tables) found.push(await buffer(client.query(copyTo(`copy (select * from ${table}) to stdout`))));
      return found;
    });
    const restored = await withClient(other.admin, async (client) => {
      await client.query("begin; set local session_replication_role = replica");
      await client.query("alter event trigger audit_ddl disable; alter table audit.audit_log disable trigger audit_log_is_append_only");
      // What the new database wrote of its own making is not the trail that comes back.
      await client.query("delete from audit.audit_log");
      await client.query(
        "alter table audit.audit_log enable always trigger audit_log_is_append_only; alter event trigger audit_ddl enable always",
      );
      for (const [at, table] of tables.entries())
        await pipeline(Readable.from([copies[at] ?? Buffer.alloc(0)]), client.query(copyFrom(`copy ${table} from stdin`)));
      await client.query("commit");
      return sealing.current.verify(client);
    });
    const original = await withClient(database.current.admin, (client) => sealing.current.verify(client));
    expect(restored).toMatchObject({ intact: true, faults: [], rows: original.rows, head: original.head });
    expect(original.rows).toBeGreaterThan(20);
  } finally {
    await other.drop();
  }
});
