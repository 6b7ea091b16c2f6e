import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../../../src/operations/migrate/migrate.ts";
import { databaseFolder } from "../../../src/operations/migrate/migration-files.ts";
import { migrationStatus } from "../../../src/operations/migrate/status.ts";
import { type Client, withClient } from "../../../src/postgres/connect.ts";
import { createDatabase, type TestDatabase } from "../../helpers/postgres.ts";

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createDatabase("template0");
  folder = `${await mkdtemp(join(tmpdir(), "apg-migrations-"))}/`;
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const file = (name: string, sql: string) => writeFile(`${folder}${name}.sql`, `-- For a test.\n${sql}\n`);
const admin = <T>(work: (client: Client) => Promise<T>) => withClient(database.admin, work);
const counted = async (table: string) => (await database.admin.query<{ count: bigint }>(`select count(*) from ${table}`)).rows[0]?.count;

describe("migrate", () => {
  test("applies the files in order, once, and records who, what and its hash", async () => {
    await file("0001_first", "create table public.first (id integer);");
    await file("0002_second", "insert into public.first values (1);");
    expect((await admin((client) => migrate(client, { folder }))).applied).toEqual(["0001_first", "0002_second"]);
    expect((await admin((client) => migrate(client, { folder }))).applied).toEqual([]);
    const status = await admin((client) => migrationStatus(client, folder));
    expect(status.applied).toMatchObject([
      { number: 1, name: "0001_first", appliedBy: "postgres", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { number: 2 },
    ]);
    expect(await counted("public.first")).toBe(1n);
  });

  test("a migration that fails leaves nothing of itself and names no success", async () => {
    await file("0003_third", "create table public.third (id integer);\nselect 1 / 0;");
    await expect(admin((client) => migrate(client, { folder }))).rejects.toThrow("division by zero");
    expect((await admin((client) => migrationStatus(client, folder))).pending).toEqual(["0003_third"]);
    await expect(counted("public.third")).rejects.toThrow("does not exist");
  });

  test("two programs at once: one applies, the other waits and finds nothing to do", async () => {
    await file("0003_third", "create table public.third (id integer);\nselect pg_sleep(0.3);");
    const both = await Promise.all([1, 2, 3].map(() => admin((client) => migrate(client, { folder }))));
    expect(both.flatMap(({ applied }) => applied)).toEqual(["0003_third"]);
  });

  test("killed in the middle, the next run goes on where it stopped", async () => {
    await file("0004_fourth", "create table public.fourth (id integer);");
    await file("0005_fifth", "insert into public.fourth values (5);\nselect pg_sleep(30);");
    const killed = admin((client) => migrate(client, { folder })).catch((error: unknown) => error);
    await untilAsleep();
    await database.admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(30)%' and pid <> pg_backend_pid()",
    );
    expect(await killed).toBeInstanceOf(Error);
    expect(await counted("public.fourth")).toBe(0n);
    await file("0005_fifth", "insert into public.fourth values (5);");
    expect((await admin((client) => migrate(client, { folder }))).applied).toEqual(["0005_fifth"]);
    expect(await counted("public.fourth")).toBe(1n);
  });

  test("an applied file that was changed is refused with both hashes, and nothing is applied", async () => {
    await file("0002_second", "insert into public.first values (2);");
    await file("0006_sixth", "create table public.sixth (id integer);");
    await expect(admin((client) => migrate(client, { folder }))).rejects.toMatchObject({
      code: "migration_changed",
      detail: { file: "0002_second", applied: expect.any(String), found: expect.any(String) },
    });
    await file("0002_second", "insert into public.first values (1);");
    await expect(counted("public.sixth")).rejects.toThrow("does not exist");
  });

  test("line ends of another checkout are not a change", async () => {
    await writeFile(`${folder}0002_second.sql`, "-- For a test.\r\ninsert into public.first values (1);\r\n");
    expect((await admin((client) => migrate(client, { folder }))).applied).toEqual(["0006_sixth"]);
  });

  test("a migration with a number below the last applied one is refused", async () => {
    await rm(`${folder}0006_sixth.sql`);
    await expect(admin((client) => migrate(client, { folder }))).rejects.toMatchObject({ code: "database_ahead" });
    await file("0006_sixth", "create table public.sixth (id integer);");
    await file("0008_eighth", "select 1;");
    await admin((client) => migrate(client, { folder }));
    await file("0007_seventh", "select 1;");
    await expect(admin((client) => migrate(client, { folder }))).rejects.toMatchObject({ code: "migration_changed" });
    await rm(`${folder}0007_seventh.sql`);
  });

  test("a lock that somebody holds is waited for in vain only so long, then tried again", async () => {
    await file("0009_ninth", "set local lock_timeout = '50ms';\nalter table public.first add column more integer;");
    const holder = await database.admin.connect();
    await holder.query("begin; select from public.first");
    const migrated = admin((client) => migrate(client, { folder }));
    await delay(400);
    await holder.query("commit");
    holder.release();
    expect((await migrated).applied).toEqual(["0009_ninth"]);
  });

  test("passwords reach the server as SCRAM verifiers, and stay as they are when they fit", async () => {
    const verifier = async () =>
      (await database.admin.query<{ it: string }>("select rolpassword as it from pg_authid where rolname = 'replicator'")).rows[0]?.it;
    const before = await verifier();
    await admin((client) => migrate(client, { folder, passwords: { replicator: "throw-away" } }));
    expect(await verifier()).toBe(before);
    expect(before).toMatch(/^SCRAM-SHA-256\$4096:/);
  });
});

async function untilAsleep(): Promise<void> {
  for (;;) {
    const { rowCount } = await database.admin.query(
      "select from pg_stat_activity where wait_event = 'PgSleep' and query like '%pg_sleep(30)%'",
    );
    if (rowCount === 1) return;
    await delay(20);
  }
}

test("the real migrations apply to an empty database with the extensions missing from none", async () => {
  const fresh = await createDatabase("template0");
  try {
    const { applied, partitions } = await withClient(fresh.admin, (client) => migrate(client));
    const files = (await readdir(`${databaseFolder}migrations`)).sort();
    expect(applied.map((name) => `${name}.sql`)).toEqual(files);
    expect(partitions).toBeGreaterThan(200);
    const again = await withClient(fresh.admin, (client) => migrate(client));
    expect(again).toEqual({ applied: [], partitions: 0, newSettings: false });
  } finally {
    await fresh.drop();
  }
});
