import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, inject } from "vitest";
import { type Client, openPool, type Pool, withClient } from "../../src/postgres/connect.ts";
import { contextToken } from "../../src/postgres/context.ts";
import { type TenantTransaction, tenantTransaction } from "../../src/postgres/transaction.ts";
import { templateName, testContextKey, testUrl } from "./cluster.ts";
import { giveTestKeys } from "./keys.ts";

/** A database of this test file alone, as a fresh migration makes it. */
export interface TestDatabase {
  readonly name: string;
  readonly major: number;
  /** The superuser. */
  readonly admin: Pool;
  /** apg_user: what the program itself connects as. */
  readonly app: Pool;
  /** apg_gate: finds out who signs in. */
  readonly gate: Pool;
  /** apg_readonly_user. */
  readonly reader: Pool;
  /** As any role of the cluster; for programs that want a connection string. */
  url(role?: string): string;
  drop(): Promise<void>;
}

/**
 * A database for all tests of the file: made before the first, dropped after the last. A connection that a test leaves
 * open makes the drop fail, and with it the file.
 */
export function testDatabase(): { readonly current: TestDatabase } {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(async () => {
    await database?.drop();
  });
  return {
    get current() {
      if (database === undefined) throw new Error("the database is there inside tests and hooks only");
      return database;
    },
  };
}

/** Clones the migrated template, or makes an empty database. */
export async function createDatabase(template: string = templateName): Promise<TestDatabase> {
  const { major, port } = inject("cluster");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await maintain(port, `create database ${name} template ${template}`);
  const pools = ["postgres", "apg_user", "apg_readonly_user", "apg_gate"].map((role) =>
    openPool({ url: testUrl(port, name, role), applicationName: "apg test", max: 4, contextKey: () => testContextKey }),
  ) as [Pool, Pool, Pool, Pool];
  for (const pool of pools) giveTestKeys(pool);
  const [admin, app, reader, gate] = pools;
  const drop = async () => {
    for (const pool of pools) await pool.end();
    await maintain(port, `drop database ${name}`);
  };
  return { name, major, admin, app, reader, gate, url: (role) => testUrl(port, name, role), drop };
}

/** In the shoes of a person of the tenant, through the program's own role. */
export function asTenant<T>(database: TestDatabase, tenantId: string, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
  return tenantTransaction(database.app, { tenantId, actor: "test" }, work);
}

/** In the shoes of a person who may only read. */
export function asReader<T>(database: TestDatabase, tenantId: string, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
  return tenantTransaction(database.reader, { tenantId, actor: "test reader" }, work);
}

/** Chooses the tenant of the transaction that `client` is in, as the program would. */
export async function enterTenant(client: Client, tenantId: string, actor = "test"): Promise<void> {
  await client.query("select cash_management.enter($1)", [contextToken(testContextKey, { tenantId, actor })]);
}

/** The program's role before any tenant is chosen. */
export function asNobody<T>(database: TestDatabase, work: (client: Client) => Promise<T>): Promise<T> {
  return withClient(database.app, work);
}

async function maintain(port: number, statement: string): Promise<void> {
  const pool = openPool({ url: testUrl(port, "postgres"), applicationName: "apg test", max: 1 });
  await pool.query(statement).finally(() => pool.end());
}
