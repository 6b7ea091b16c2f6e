import { randomBytes } from "node:crypto";
import { Problem } from "../../errors/problem.ts";
import { type Client, type Pool, withClient } from "../../postgres/connect.ts";
import { type ContextKey, contextKeyOf } from "../../postgres/context.ts";
import { adviseOn } from "./advice.ts";
import { fire } from "./battery.ts";
import { type Relation, readRelations } from "./catalogue.ts";
import { type AttackContext, attackContexts, stampOfAnotherTransaction } from "./contexts.ts";
import { gatherFacts } from "./facts.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import type { Attack, Proof } from "./proof.ts";
import { type AttackingRole, readRoles } from "./roles.ts";
import { isWanted, type Target, targetsOf, type Volley } from "./targets.ts";
import type { ThrowAwayTenants } from "./throw-away-rows.ts";
import type { KnownConstraints } from "./verdict.ts";
import { fireOverTheWire, firePrepared, record, type Wire } from "./wire.ts";

export interface ProofOptions {
  /** Only these, by name with or without schema; a partition counts as its table. All when empty. */
  readonly tables?: readonly string[];
  /** Only these; PUBLIC is one. */
  readonly roles?: readonly string[];
  /** Done first, in the same transaction, and rolled back with it: what would be, if this were done. */
  readonly supposing?: (client: Client) => Promise<unknown>;
  /** Partitions in one transaction at most; 1,000 when not said. */
  readonly partitionsAtOnce?: number;
  /** Locks that one statement may take; a quarter of what the server has when not said. */
  readonly locksAtOnce?: number;
}

/**
 * Attacks the database as every role, in transactions that are always rolled back: one, and one more for each thousand partitions.
 * @throws Problem `forbidden` when `admin` is no superuser, `context_refused` when the database takes another program's key, `not_found` for a table or role that is not there
 */
export async function proveIsolation(admin: Pool, options: ProofOptions = {}): Promise<Proof> {
  const started = performance.now();
  const first = await session(admin, options, async (scene) => {
    const relations = await readRelations(scene.client, options.locksAtOnce);
    const ledger = openLedger(
      await knownConstraints(scene.client, relations),
      adviseOn(new Map(relations.map((each) => [each.name, each]))),
    );
    const [now, later] = parted(relations, options);
    await attackAll(scene, relations, now, ledger, options);
    const facts = await gatherFacts(scene.client, ledger, options);
    const { rows } = await scene.client.query<{ database: string; version: string }>(
      "select current_database() as database, current_setting('server_version') as version",
    );
    return { ...scene, relations, ledger, later, facts, about: rows[0] ?? { database: "", version: "" } };
  });
  const { ledger, relations } = first;
  // A connection remembers every relation it has met: each part has one of its own, so that memory and locks stay bounded.
  for (const part of first.later) await session(admin, options, (scene) => attackAll(scene, relations, part, ledger, options, true), true);
  const [leaks, notProven] = [ledger.leaks(), ledger.notProven()];
  return {
    proven: leaks.length === 0 && notProven.length === 0,
    ...first.about,
    attacks: ledger.attacks(),
    facts: first.facts,
    roles: first.roles.map(({ label }) => label),
    superusers: first.superusers,
    contexts: first.contexts.map(({ name }) => name),
    commands: ledger.commands(),
    matrix: ledger.matrix(partitionCounts(relations)),
    leaks,
    notProven,
    exceptions: ledger.exceptions(),
    mostLocks: ledger.mostLocks(),
    durationMs: Math.round(performance.now() - started),
  };
}

/** A transaction that will be rolled back, with who attacks in it and on whose behalf. */
interface Scene {
  readonly client: Client;
  readonly tenants: ThrowAwayTenants;
  readonly contexts: readonly AttackContext[];
  readonly roles: readonly AttackingRole[];
  readonly superusers: readonly string[];
  readonly publicRole: string;
}

function session<T>(admin: Pool, options: ProofOptions, work: (scene: Scene) => Promise<T>, thenClose = false): Promise<T> {
  const inside = async (client: Client) => {
    await requireSuperuser(client);
    const key = contextKeyOf(admin);
    if (key === null) throw new Error("this pool signs no contexts: open it with a context key");
    const tenants = throwAwayTenants(key);
    const oldStamp = await stampOfAnotherTransaction(client, key, tenants.foreign);
    const contexts = attackContexts({ ...tenants, oldStamp });
    await client.query("begin");
    try {
      // Attacks never wait for the users of a live database, nor let them wait.
      await client.query("set local search_path = pg_catalog; set local lock_timeout = '500ms'; set local statement_timeout = '5min'");
      await options.supposing?.(client);
      const { attackers, superusers, publicRole } = await readRoles(client);
      const roles = chosen(attackers, options.roles, ({ label }) => label, "role");
      return await work({ client, tenants, contexts, roles, superusers, publicRole });
    } finally {
      await client.query("rollback").catch(() => {});
    }
  };
  return withClient(admin, inside, { thenClose: () => thenClose });
}

async function attackAll(
  { client, tenants, contexts, roles, publicRole }: Scene,
  relations: readonly Relation[],
  attacked: readonly Relation[],
  ledger: Ledger,
  options: ProofOptions,
  later = false,
): Promise<void> {
  const targets = await targetsOf(client, relations, tenants, { attackers: roles, attacked, later, options, ledger });
  const wire: Wire = { client, tenants, ledger, shown: (role) => (role === publicRole ? "PUBLIC" : role) };
  await fireFromInside(wire, targets, contexts);
  await fireOverTheWire(wire, targets, contexts);
  await firePrepared(wire, targets);
}

/** What is attacked first, and partitions in parts for later, when there are so many that it matters. */
function parted(relations: readonly Relation[], { tables = [], partitionsAtOnce = 1_000 }: ProofOptions): [Relation[], Relation[][]] {
  const wanted = relations.filter(({ name, root }) => isWanted([name, root], tables));
  const partitions = wanted.filter(({ partition }) => partition);
  if (partitions.length <= partitionsAtOnce) return [wanted, []];
  const parts: Relation[][] = [];
  for (let from = 0; from < partitions.length; from += partitionsAtOnce) parts.push(partitions.slice(from, from + partitionsAtOnce));
  return [wanted.filter(({ partition }) => !partition), parts];
}

/** Attacks by the same roles in the same contexts go together: entering a tenant costs more than most attacks. */
async function fireFromInside(wire: Wire, targets: readonly Target[], contexts: readonly AttackContext[]): Promise<void> {
  const groups = new Map<string, { readonly volley: Volley; readonly shots: Shot[] }>();
  for (const target of targets)
    for (const volley of target.volleys) {
      const key = `${volley.contexts} ${volley.roles.join()}`;
      const group = groups.get(key) ?? { volley, shots: [] };
      groups.set(key, group);
      group.shots.push(...volley.attacks.map((attack) => ({ target, attack })));
    }
  for (const { volley, shots } of groups.values()) {
    const used = contexts.filter(({ name, thorough }) =>
      volley.contexts === "own tenant" ? name === volley.contexts : thorough === (volley.contexts === "thorough"),
    );
    for (let first = 0; first < shots.length && volley.roles.length > 0; first += shotsAtOnce)
      await fireShots(wire, volley.roles, used, shots.slice(first, first + shotsAtOnce));
  }
}

interface Shot {
  readonly target: Target;
  readonly attack: Attack;
}

// Few enough that no token expires on the way and an interrupted proof ends soon.
const shotsAtOnce = 250;

async function fireShots(wire: Wire, roles: readonly string[], contexts: readonly AttackContext[], shots: readonly Shot[]): Promise<void> {
  const attacks = shots.map(({ attack }) => attack);
  const { outcomes, locks } = await fire(wire.client, { roles, contexts, attacks, secret: wire.tenants.secret });
  wire.ledger.locks(locks);
  let at = 0;
  for (const role of roles)
    for (const context of contexts)
      for (const { target, attack } of shots) {
        const outcome = outcomes[at++];
        if (outcome !== undefined) record(wire, target, role, context.name, attack, outcome);
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

function throwAwayTenants(key: ContextKey): ThrowAwayTenants {
  const run = randomBytes(4).toString("hex");
  return {
    own: `prove-a-${run}`,
    foreign: `prove-b-${run}`,
    secret: `secret-${randomBytes(6).toString("hex")}`,
    day: new Date().toISOString().slice(0, 10),
    key,
  };
}

async function knownConstraints(client: Client, relations: readonly Relation[]): Promise<KnownConstraints> {
  const { rows } = await client.query<{ name: string }>(
    "select conname::text as name from pg_constraint union select relname from pg_class where relkind in ('i', 'I')",
  );
  const keys = relations.filter(({ tenant }) => tenant).flatMap(({ uniqueKeys }) => uniqueKeys);
  return {
    real: new Set(rows.map(({ name }) => name)),
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
