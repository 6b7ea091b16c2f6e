import { setTimeout as delay } from "node:timers/promises";
import type { QueryResult, QueryResultRow } from "pg";
import { Problem } from "../errors/problem.ts";
import { type Client, type Pool, withClient } from "./connect.ts";
import { contextKeyOf, contextToken, type TenantContext } from "./context.ts";
import { beginAndEnter } from "./enter.ts";

export type { TenantContext } from "./context.ts";

/** An open transaction that sees one tenant. What must run inside one takes it as an argument. */
export interface TenantTransaction extends TenantContext {
  /** For COPY streams and cursors. */
  readonly client: Client;
  /** Every statement carries `tenant_id = $n` besides the policy; none is named, so that plans see the values and prune. */
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
}

type Mode = "read write" | "read only";

// Said in full: what somebody set as a default of the session must not hold for the next transaction on the connection.
const beginning: Readonly<Record<Mode, string>> = {
  "read write": "begin isolation level read committed read write",
  "read only": "begin isolation level repeatable read read only",
};

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
  return withClient(pool, (client) =>
    framed(
      client,
      () => client.query("begin"),
      () => work(client),
    ),
  );
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
  return withClient(pool, (client) =>
    framed(
      client,
      () => enter(pool, client, context, mode),
      () => work(handle(client, context)),
    ),
  );
}

/** @throws Problem `context_refused` */
async function enter(pool: Pool, client: Client, context: TenantContext, mode: Mode): Promise<void> {
  const key = contextKeyOf(pool);
  if (key === null) throw new Error("this pool signs no contexts: open it with a context key");
  const begin = beginning[mode];
  try {
    await beginAndEnter(client, begin, contextToken(key, context));
  } catch (error) {
    if (!isLeftover(error)) throw refusedContext(error);
    // Somebody's SQL left a temporary object, a cursor or the like on this connection: it is thrown away before the next tenant comes.
    await client.query("rollback");
    await beginAndEnter(client, begin, contextToken(key, context), true);
  }
}

function handle(client: Client, context: TenantContext): TenantTransaction {
  return { ...context, client, query: (text, values) => client.query(text, values === undefined ? [] : [...values]) };
}

async function framed<T>(client: Client, begin: () => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  try {
    await begin();
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
  return ["40001", "40P01"].includes(codeOf(error));
}

// The codes of cash_management.enter (0029_signed_context.sql).
function isLeftover(error: unknown): boolean {
  return codeOf(error) === "APG05";
}

/** A refusal of `cash_management.enter` as a Problem, `context_refused`; any other error as it is. */
export function refusedContext(error: unknown): unknown {
  const hint = refusals[codeOf(error)];
  if (hint === undefined) return error;
  return new Problem("context_refused", `the database refuses to enter a tenant: ${(error as Error).message}`, { hint, cause: error });
}

const keyHint =
  "Give this program the key that the others have, --context-key-file=FILE (APG_CONTEXT_KEY_FILE) or APG_CONTEXT_KEY, or run apg db migrate with its settings. apg keys context list shows which keys are taken.";
const refusals: Readonly<Record<string, string>> = {
  APG01: keyHint,
  APG02: keyHint,
  APG04: "Compare the clocks of this machine and of the database server: they may differ by half a minute.",
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
