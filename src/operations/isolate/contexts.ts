import type { Client } from "../../postgres/connect.ts";

/** How a transaction says, truly or not, on whose behalf it runs. */
export interface AttackContext {
  readonly name: string;
  /** Run as the attacker, before the attacks. A refusal leaves the transaction without a context. */
  readonly statements: readonly string[];
  /** The full set of attacks, or the core of it. */
  readonly thorough: boolean;
}

/** Puts an administrator's transaction on behalf of a tenant, to make rows there. */
export async function enterTenant(client: Client, tenant: string): Promise<void> {
  for (const statement of entering(tenant)) await client.query(statement);
}

/** The transaction is on nobody's behalf again. */
export async function leaveTenant(client: Client): Promise<void> {
  await client.query("select set_config('app.tenant_id', '', true), set_config('app.actor', '', true)");
}

/** What an attacker may present who has tenant `own` in the hand and wants `foreign`. */
export function attackContexts(own: string, foreign: string): readonly AttackContext[] {
  const malformed: Readonly<Record<string, string>> = {
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
  return [
    { name: "own tenant", statements: entering(own), thorough: true },
    { name: "none", statements: [], thorough: true },
    ...Object.entries(malformed).map(([name, key]) => ({ name, statements: entering(key), thorough: false })),
  ];
}

function entering(tenant: string): string[] {
  return [`select set_config('app.tenant_id', '${tenant.replaceAll("'", "''")}', true)`, "select set_config('app.actor', 'prove', true)"];
}
