import { setTimeout as delay } from "node:timers/promises";
import pg, { type QueryResult, type QueryResultRow } from "pg";
import { Problem } from "../errors/problem.ts";
import { type Client, type Pool, withClient } from "./connect.ts";

/** On whose behalf a transaction runs; the database's policies and its audit trail read it. */
export interface TenantContext {
  readonly tenantId: string;
  /** Who acts, such as `user:ada@example.com`, `key:nightly` or `apg`. */
  readonly actor: string;
  readonly requestId?: string | undefined;
}

/** An open transaction that sees one tenant. What must run inside one takes it as an argument. */
export interface TenantTransaction extends TenantContext {
  /** For COPY streams and cursors. */
  readonly client: Client;
  /** Every statement carries `tenant_id = $n` besides the policy; none is named, so that plans see the values and prune. */
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
}

type Mode = "read write" | "read only";

/** Commits when `work` resolves, rolls back when it throws. */
export function tenantTransaction<T>(pool: Pool, context: TenantContext, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
  return transaction(pool, context, "read write", work);
}

/** As `tenantTransaction`, and the server refuses to write; all its statements see one moment. */
export function tenantRead<T>(pool: Pool, context: TenantContext, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
  return transaction(pool, context, "read only", work);
}

/**
 * Repeats `work` when the server gave it up for another transaction's sake (serialization failure, deadlock).
 * Only for work that is a transaction from its begin to its end.
 */
export async function retrying<T>(work: () => Promise<T>, attempts = 5): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isGivenUp(error)) throw error;
      await delay(Math.random() * 20 * 2 ** attempt);
    }
  }
}

/** Runs several statements as one transaction, without a tenant: for administration only. */
export function adminTransaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  return withClient(pool, (client) => framed(client, "begin", () => work(client)));
}

const tenantShape = /^[a-z0-9][a-z0-9_-]{0,49}$/;

/** @throws Problem `invalid_input` */
export function requireTenantId(id: string): void {
  if (tenantShape.test(id)) return;
  throw new Problem("invalid_input", `"${id}" is not a tenant id`, {
    hint: "A tenant id has 1 to 50 lower-case letters, digits, - and _, and begins with a letter or digit.",
  });
}

async function transaction<T>(pool: Pool, context: TenantContext, mode: Mode, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
  requireTenantId(context.tenantId);
  return withClient(pool, (client) => framed(client, opening(context, mode), () => work(handle(client, context))));
}

/** Begin and context in one round trip: each one more costs a quarter of the throughput of a small transaction. */
function opening(context: TenantContext, mode: Mode): string {
  const begin = mode === "read only" ? "begin isolation level repeatable read read only" : "begin";
  const settings = { "app.tenant_id": context.tenantId, "app.actor": context.actor, "app.request_id": context.requestId ?? "" };
  const calls = Object.entries(settings).map(([name, value]) => `set_config('${name}', ${pg.escapeLiteral(value)}, true)`);
  const open = `${begin}; select ${calls.join(", ")}`;
  if (mode === "read only") return open;
  return `${open}; select cash_management.keep_closed_tenant_unchanged(${pg.escapeLiteral(context.tenantId)})`;
}

function handle(client: Client, context: TenantContext): TenantTransaction {
  return { ...context, client, query: (text, values) => client.query(text, values === undefined ? [] : [...values]) };
}

async function framed<T>(client: Client, begin: string, work: () => Promise<T>): Promise<T> {
  try {
    await client.query(begin);
    const result = await work();
    // A transaction in which a statement failed and was caught answers "commit" with a rollback, and no error.
    const { command } = await client.query("commit");
    if (command !== "COMMIT") throw new Error("the transaction was rolled back: a statement in it had failed before");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

function isGivenUp(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "40001" || error.code === "40P01");
}
