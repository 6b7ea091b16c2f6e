import { randomBytes } from "node:crypto";
import type { Client } from "../../postgres/connect.ts";
import { type ContextKey, contextKey, contextToken } from "../../postgres/context.ts";
import { refusedContext } from "../../postgres/transaction.ts";
import { quoted } from "./candidates.ts";

/** How a transaction says, truly or not, on whose behalf it runs. */
export interface AttackContext {
  readonly name: string;
  /** Run as the attacker, before the attacks. A refusal leaves the transaction without a context. Made anew each time: tokens expire. */
  statements(): readonly string[];
  /** The full set of attacks, or the core of it. */
  readonly thorough: boolean;
}

/** What an attacker has who owns the SQL of tenant `own` and wants `foreign`. */
export interface ContextMaterial {
  /** The program's key: with it, tokens can be made that are right in all but one thing. */
  readonly key: ContextKey;
  readonly own: string;
  readonly foreign: string;
  /** A real stamp of `foreign`, of an earlier transaction of this connection. */
  readonly oldStamp: string;
}

const actor = "prove";
const separator = "\x1f";

/** Puts an administrator's transaction on behalf of a tenant, to make rows there. */
export async function enterTenant(client: Client, key: ContextKey, tenant: string): Promise<void> {
  await leaveTenant(client);
  await client.query("select cash_management.enter($1)", [contextToken(key, { tenantId: tenant, actor })]);
}

/** The transaction is on nobody's behalf again. */
export async function leaveTenant(client: Client): Promise<void> {
  await client.query("select set_config('app.context', '', true)");
}

/** A stamp as the database makes it, of a transaction that ends here. @throws Problem `context_refused` */
export async function stampOfAnotherTransaction(client: Client, key: ContextKey, tenant: string): Promise<string> {
  await client.query("begin");
  try {
    await enterTenant(client, key, tenant);
    const { rows } = await client.query<{ stamp: string }>("select current_setting('app.context') as stamp");
    return rows[0]?.stamp ?? "";
  } catch (error) {
    throw refusedContext(error);
  } finally {
    await client.query("rollback");
  }
}

/** The statement that enters a tenant as the program does. */
export function entering(key: ContextKey, tenant: string, now = Date.now(), backend: number | null = null): string {
  return enter(contextToken(key, { tenantId: tenant, actor }, backend, now));
}

/** Everything to present to the database: the own tenant, nothing, and what must be taken for nothing. */
export function attackContexts(material: ContextMaterial): readonly AttackContext[] {
  const { key, own } = material;
  return [
    { name: "own tenant", statements: () => [entering(key, own)], thorough: true },
    { name: "none", statements: () => [], thorough: true },
    ...Object.entries({ ...forgedTokens(material), ...forgedStamps(material), ...malformedKeys(material) }).map(([name, statements]) => ({
      name,
      statements,
      thorough: false,
    })),
  ];
}

type Forgeries = Readonly<Record<string, () => readonly string[]>>;

function forgedTokens({ key, own, foreign }: ContextMaterial): Forgeries {
  const strange: ContextKey = { id: key.id, secret: randomBytes(32) };
  const hour = 3_600_000;
  return {
    "token for another tenant, altered": () => [enter(contextToken(key, { tenantId: own, actor }).replace(own, foreign))],
    "token with a longer life, altered": () => [
      enter(
        contextToken(key, { tenantId: foreign, actor }, null, Date.now() - hour).replace(/\x1f\d+/, `${separator}${Date.now() + hour}`),
      ),
    ],
    "token that has expired": () => [entering(key, foreign, Date.now() - hour)],
    "token of the future": () => [entering(key, foreign, Date.now() + hour)],
    "token of another connection": () => [entering(key, foreign, Date.now(), 1)],
    "token signed with another key": () => [entering(strange, foreign)],
    "token of a key nobody knows": () => [entering(contextKey(randomBytes(32)), foreign)],
    "token without a signature": () => [enter(contextToken(key, { tenantId: foreign, actor }).slice(0, -64))],
    "token cut short": () => [enter(contextToken(key, { tenantId: foreign, actor }).slice(0, -1))],
    "token with an empty signature's zeros": () => [enter(contextToken(key, { tenantId: foreign, actor }).slice(0, -64) + "0".repeat(64))],
    "token, a second in the same transaction": () => [entering(key, own), entering(key, foreign)],
    "fields smuggled in the actor": () => [
      enter(contextToken(key, { tenantId: own, actor }).replace(`${separator}${actor}`, `${separator}${foreign}${separator}${actor}`)),
    ],
  };
}

/** Settings that anybody may set: what the database's own signature on them is for. */
function forgedStamps({ key, own, foreign, oldStamp }: ContextMaterial): Forgeries {
  const set = (stamp: string) => `select set_config('app.context', ${stamp}, true)`;
  const zeros = ["0".repeat(64), "0".repeat(16), foreign, actor, ""].join(separator);
  return {
    "empty stamp": () => [set("''")],
    "stamp of an earlier transaction": () => [set(quoted(oldStamp))],
    "stamp of an earlier transaction, for the session": () => [`select set_config('app.context', ${quoted(oldStamp)}, false)`],
    "own stamp with the other tenant's name": () => [
      entering(key, own),
      set(`replace(current_setting('app.context'), ${quoted(own)}, ${quoted(foreign)})`),
    ],
    "stamp with a signature of zeros": () => [set(quoted(zeros))],
    "stamp signed with nothing": () => [set(`encode(sha256(''), 'hex') || ${quoted(zeros.slice(64))}`)],
    "the settings of before": () => [`select set_config('app.tenant_id', ${quoted(foreign)}, true)`],
    "after reset": () => [entering(key, own), "reset app.context"],
  };
}

/** Signed as they should be, so that nothing but their form can refuse them. */
function malformedKeys({ key, foreign }: ContextMaterial): Forgeries {
  const keys: Readonly<Record<string, string>> = {
    "empty key": "",
    "blank key": " ",
    "key with a trailing blank": `${foreign} `,
    "key in capitals": foreign.toUpperCase(),
    "key of 51 characters": foreign.padEnd(51, "x"),
    "key with a look-alike letter": foreign.replace("p", "р"),
    "key with a quote": `${foreign}' or '1'='1`,
    "key with a wildcard": "%",
    "key with a zero escape": `${foreign}\\x00`,
  };
  return Object.fromEntries(Object.entries(keys).map(([name, tenant]) => [name, () => [entering(key, tenant)]]));
}

function enter(token: string): string {
  return `select cash_management.enter(${quoted(token)})`;
}
