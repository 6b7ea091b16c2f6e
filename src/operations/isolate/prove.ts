import { randomBytes } from "node:crypto";
import { Problem } from "../../errors/problem.ts";
import { type Client, type Pool, withClient } from "../../postgres/connect.ts";
import { adviseOn } from "./advice.ts";
import { fire } from "./battery.ts";
import { type Relation, readRelations } from "./catalogue.ts";
import { type AttackContext, attackContexts } from "./contexts.ts";
import { gatherFacts } from "./facts.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import type { Proof } from "./proof.ts";
import { readRoles } from "./roles.ts";
import { type Target, targetsOf } from "./targets.ts";
import type { ThrowAwayTenants } from "./throw-away-rows.ts";
import type { KnownConstraints } from "./verdict.ts";
import { fireOverTheWire, firePrepared } from "./wire.ts";

export interface ProofOptions {
  /** Only these, by name with or without schema; a partition counts as its table. All when empty. */
  readonly tables?: readonly string[];
  /** Only these; PUBLIC is one. */
  readonly roles?: readonly string[];
}

/**
 * Attacks the database as every role, in one transaction that is always rolled back.
 * @throws Problem `forbidden` when `admin` is no superuser, `not_found` for a table or role that is not there
 */
export async function proveIsolation(admin: Pool, options: ProofOptions = {}): Promise<Proof> {
  return withClient(admin, async (client) => {
    await requireSuperuser(client);
    await client.query("begin");
    try {
      return await attackAll(client, options);
    } finally {
      await client.query("rollback").catch(() => {});
    }
  });
}

async function attackAll(client: Client, options: ProofOptions): Promise<Proof> {
  const started = performance.now();
  // Attacks never wait for the users of a live database, nor let them wait.
  await client.query("set local search_path = pg_catalog; set local lock_timeout = '500ms'; set local statement_timeout = '5min'");
  const relations = await readRelations(client);
  const { attackers, superusers, publicRole } = await readRoles(client);
  const roles = chosen(attackers, options.roles, ({ label }) => label, "role");
  const tenants = throwAwayTenants();
  const contexts = attackContexts(tenants.own, tenants.foreign);
  const named = new Map(relations.map((relation) => [relation.name, relation]));
  const ledger = openLedger(knownConstraints(relations), adviseOn(named));
  const targets = await targetsOf(client, relations, tenants, { attackers: roles, options, ledger });
  const shown = (role: string) => (role === publicRole ? "PUBLIC" : role);
  for (const target of targets) await attackTarget(client, target, contexts, tenants, ledger, shown);
  const wire = { client, tenants, ledger, shown };
  await fireOverTheWire(wire, targets, contexts);
  await firePrepared(wire, targets);
  const facts = await gatherFacts(client, ledger, options);
  const { rows } = await client.query<{ database: string; version: string }>(
    "select current_database() as database, current_setting('server_version') as version",
  );
  const leaks = ledger.leaks();
  const notProven = ledger.notProven();
  return {
    proven: leaks.length === 0 && notProven.length === 0,
    database: rows[0]?.database ?? "",
    version: rows[0]?.version ?? "",
    attacks: ledger.attacks(),
    facts,
    roles: roles.map(({ label }) => label),
    superusers,
    contexts: contexts.map(({ name }) => name),
    commands: ledger.commands(),
    matrix: ledger.matrix(partitionCounts(relations)),
    leaks,
    notProven,
    exceptions: ledger.exceptions(),
    durationMs: Math.round(performance.now() - started),
  };
}

/** One object by all its attackers: the full set in the contexts that matter most, the core in the others. */
async function attackTarget(
  client: Client,
  target: Target,
  contexts: readonly AttackContext[],
  tenants: ThrowAwayTenants,
  ledger: Ledger,
  label: (role: string) => string,
): Promise<void> {
  for (const { roles, attacks, contexts: wanted } of target.volleys) {
    const used = contexts.filter(({ name, thorough }) =>
      wanted === "own tenant" ? name === wanted : thorough === (wanted === "thorough"),
    );
    if (attacks.length === 0 || roles.length === 0 || used.length === 0) continue;
    const outcomes = await fire(client, { roles, contexts: used, attacks, secret: tenants.secret });
    let at = 0;
    for (const role of roles)
      for (const context of used)
        for (const attack of attacks) {
          const outcome = outcomes[at++];
          if (outcome === undefined) continue;
          ledger.record({ object: target.object, table: target.table, role: label(role), context: context.name, attack }, outcome);
        }
  }
}

async function requireSuperuser(client: Client): Promise<void> {
  const { rows } = await client.query<{ superuser: boolean; name: string }>(
    "select rolsuper as superuser, rolname as name from pg_catalog.pg_roles where rolname = session_user",
  );
  if (rows[0]?.superuser === true) return;
  throw new Problem("forbidden", `${rows[0]?.name ?? "this role"} cannot step into every other role`, {
    hint: "Name a superuser in --database-url (DATABASE_URL): the proof is made as every role in turn, and rolled back.",
  });
}

function throwAwayTenants(): ThrowAwayTenants {
  const run = randomBytes(4).toString("hex");
  return {
    own: `prove-a-${run}`,
    foreign: `prove-b-${run}`,
    secret: `secret-${randomBytes(6).toString("hex")}`,
    day: new Date().toISOString().slice(0, 10),
  };
}

function knownConstraints(relations: readonly Relation[]): KnownConstraints {
  const keys = relations.filter(({ tenant }) => tenant).flatMap(({ uniqueKeys }) => uniqueKeys);
  return {
    checks: new Set(relations.flatMap(({ checks }) => checks.map(({ name }) => name))),
    // The server names an index without its schema.
    keysWithoutTenant: new Set(keys.filter(({ columns }) => !columns.includes("tenant_id")).map(({ name }) => name.replace(/^.*\./, ""))),
  };
}

function partitionCounts(relations: readonly Relation[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { root, partition } of relations) if (partition) counts.set(root, (counts.get(root) ?? 0) + 1);
  return counts;
}

function chosen<T>(all: readonly T[], names: readonly string[] | undefined, nameOf: (entry: T) => string, what: string): readonly T[] {
  if (names === undefined || names.length === 0) return all;
  const missing = names.find((name) => !all.some((entry) => nameOf(entry) === name));
  if (missing === undefined) return all.filter((entry) => names.includes(nameOf(entry)));
  throw new Problem("not_found", `there is no ${what} ${missing} to attack with`, { hint: `Known: ${all.map(nameOf).join(", ")}.` });
}
