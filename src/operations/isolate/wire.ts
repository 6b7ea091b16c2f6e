import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Client } from "../../postgres/connect.ts";
import { quoted } from "./candidates.ts";
import { type AttackContext, entering } from "./contexts.ts";
import type { Ledger } from "./ledger.ts";
import type { Attack, Outcome } from "./proof.ts";
import { tenantCondition } from "./table-attacks.ts";
import type { Target } from "./targets.ts";
import type { ThrowAwayTenants } from "./throw-away-rows.ts";

export interface Wire {
  readonly client: Client;
  readonly tenants: ThrowAwayTenants;
  readonly ledger: Ledger;
  /** A role's name as people know it. */
  readonly shown: (role: string) => string;
}

/**
 * What cannot be tried from inside the server: COPY to and from the client, and cursors that are fetched from. One round trip an
 * attack: each begins by undoing the one before.
 */
export async function fireOverTheWire(wire: Wire, targets: readonly Target[], contexts: readonly AttackContext[]): Promise<void> {
  for (const role of rolesOf(targets))
    for (const context of contexts.filter(({ thorough }) => thorough))
      await steppedInto(wire, role, async () => {
        await enter(wire.client, role, context.statements());
        await wire.client.query("savepoint attack");
        for (const target of targets)
          for (const attack of wireAttacks(target, role, wire.tenants, context.name)) {
            const { outcome } = await attempt(wire, attack.sql);
            record(wire, target, role, context.name, attack, outcome);
          }
      });
}

/**
 * One prepared statement of the protocol, executed on behalf of one tenant after the other, then of nobody, under each way to plan it:
 * often enough that `auto` may come to a generic plan. Only by roles that may read the table: others are refused at each execution alike.
 */
export async function firePrepared(wire: Wire, targets: readonly Target[]): Promise<void> {
  const { client, tenants } = wire;
  for (const role of rolesOf(targets)) {
    const readable = await readableBy(client, role, targets);
    for (const [mode, rounds] of [
      ["auto", 4],
      ["force_custom_plan", 1],
      ["force_generic_plan", 1],
    ] as const) {
      const turns = [...Array.from({ length: rounds }, () => [tenants.own, tenants.foreign]).flat(), null];
      const names = readable.map(() => `${tenants.own}-${randomBytes(8).toString("hex")}`);
      for (const tenant of turns)
        await steppedInto(wire, role, async () => {
          await client.query(`set local plan_cache_mode = ${mode}`);
          await enter(client, role, tenant === null ? [] : [entering(tenants.key, tenant)]);
          await client.query("savepoint attack");
          for (const [place, target] of readable.entries()) await execute(wire, { target, role, mode, tenant, name: names[place] ?? "" });
        });
      await deallocate(client, tenants.own);
    }
  }
}

/** Only ours: the program's own statements live on this connection too. */
async function deallocate(client: Client, prefix: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>("select name from pg_prepared_statements where starts_with(name, $1)", [prefix]);
  for (const { name } of rows) await client.query(`deallocate "${name}"`);
}

interface Execution {
  readonly target: Target;
  readonly role: string;
  readonly mode: string;
  readonly tenant: string | null;
  readonly name: string;
}

async function execute(wire: Wire, { target, role, mode, tenant, name }: Execution): Promise<void> {
  const { client, tenants } = wire;
  if (target.filled === undefined) return;
  const text = `select tenant_id::text from ${target.object} where ${tenantCondition(target.filled, [tenants.own, tenants.foreign])}`;
  const attack: Attack = { command: `prepared, ${mode}`, kind: "read", sql: text, expects: "no row" };
  const { rows, outcome } = await answerOf(tenants.secret, async () => [await client.query<{ tenant_id: string }>({ name, text })]);
  if (outcome.kind === "error") await client.query("rollback to savepoint attack");
  const foreign = rows.filter((row) => row.tenant_id !== tenant).length;
  const context = tenant === null ? "none" : "one tenant after the other";
  record(wire, target, role, context, attack, outcome.kind === "done" ? { kind: "done", rows: foreign } : outcome);
}

function wireAttacks({ object, relation, filled }: Target, role: string, { foreign }: ThrowAwayTenants, context: string): Attack[] {
  if (relation === undefined || relation.kind === "S") return [];
  const some = filled === undefined ? `tenant_id = ${quoted(foreign)}` : tenantCondition(filled, [foreign]);
  const theirs = relation.tenant ? some : "false";
  const copy = `copy (select from ${object} where ${theirs}) to stdout`;
  if (relation.partition)
    return relation.owner === role || context !== "own tenant" ? [] : [{ command: "copy to", kind: "read", sql: copy, expects: "refusal" }];
  if (filled === undefined) return [];
  const cursor = `declare prove_cursor cursor for select from ${object} where ${theirs}; fetch all from prove_cursor`;
  return [
    { command: "copy to", kind: "read", sql: copy, expects: "no row" },
    { command: "copy from", kind: "write", sql: `copy ${object} (tenant_id) from stdin`, expects: "refusal" },
    { command: "cursor", kind: "read", sql: cursor, expects: "no row" },
  ];
}

async function readableBy(client: Client, role: string, targets: readonly Target[]): Promise<Target[]> {
  const filled = targets.filter((target) => target.filled !== undefined);
  const oids = filled.map(({ relation }) => relation?.oid ?? "0");
  const { rows } = await client.query<{ oid: string }>(
    "select oid::text as oid from unnest($2::oid[]) as oid where has_column_privilege($1, oid, 'tenant_id', 'select')",
    [role, oids],
  );
  const readable = new Set(rows.map(({ oid }) => oid));
  return filled.filter(({ relation }) => relation !== undefined && readable.has(relation.oid));
}

function rolesOf(targets: readonly Target[]): string[] {
  return [...new Set(targets.flatMap(({ volleys }) => volleys.flatMap(({ roles }) => roles)))];
}

async function steppedInto(wire: Wire, role: string, work: () => Promise<void>): Promise<void> {
  await wire.client.query(`savepoint role; set local session authorization "${role}"`);
  await work();
  await wire.client.query("rollback to savepoint role; release savepoint role");
}

/** As the role, or by somebody who may when it may not: the attack is no weaker then. */
async function enter(client: Client, role: string, statements: readonly string[]): Promise<void> {
  for (const prelude of [[], ["set local session authorization default"]]) {
    await client.query("savepoint context");
    try {
      for (const statement of [...prelude, ...statements]) await client.query(statement);
      if (prelude.length > 0) await client.query(`set local session authorization "${role}"`);
      return;
    } catch {
      await client.query("rollback to savepoint context");
    }
  }
}

export function record({ ledger, shown }: Wire, target: Target, role: string, context: string, attack: Attack, outcome: Outcome): void {
  ledger.record({ object: target.object, table: target.table, role: shown(role), context, attack }, outcome);
}

interface Answer {
  readonly outcome: Outcome;
  readonly rows: readonly { readonly tenant_id?: string }[];
}

async function attempt({ client, tenants: { secret } }: Wire, sql: string): Promise<Answer> {
  return answerOf(secret, async () => (await client.query(`rollback to savepoint attack; ${sql}`)) as unknown as readonly Result[]);
}

interface Result {
  readonly rowCount: number | null;
  readonly rows: Answer["rows"];
}

async function answerOf(secret: string, ask: () => Promise<readonly Result[]>): Promise<Answer> {
  try {
    const last = (await ask()).at(-1);
    return { outcome: { kind: "done", rows: last?.rowCount ?? 0 }, rows: last?.rows ?? [] };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const { code = "", constraint = "", message, detail = "", hint = "" } = error;
    const tellsSecret = `${message}${detail}${hint}`.includes(secret);
    return { outcome: { kind: "error", code, constraint, message: message.replaceAll(secret, "(hidden)"), tellsSecret }, rows: [] };
  }
}
