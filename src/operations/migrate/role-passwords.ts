import { timingSafeEqual } from "node:crypto";
import pg, { type ClientBase } from "pg";
import { scramVerifier } from "../../postgres/scram.ts";
import { retrying } from "./retrying.ts";

/**
 * Gives roles their passwords as SCRAM verifiers (RFC 5803), so that the clear text reaches neither the server's log nor
 * pg_stat_statements. A role whose verifier already fits is left alone: a new salt at each start would change the catalogue for nothing.
 */
export async function setRolePasswords(admin: ClientBase, passwords: Readonly<Record<string, string>>): Promise<string[]> {
  const { rows: may } = await admin.query<{ read: boolean }>("select has_table_privilege('pg_catalog.pg_authid', 'select') as read");
  // Only a superuser sees the verifier that is there; whoever else may set passwords sets them again.
  const source = may[0]?.read === true ? "rolpassword as verifier from pg_catalog.pg_authid" : "null as verifier from pg_catalog.pg_roles";
  const result = await admin.query<{ name: string; verifier: string | null }>(`select rolname as name, ${source} where rolname = any($1)`, [
    Object.keys(passwords),
  ]);
  const changed: string[] = [];
  for (const { name, verifier } of result.rows) {
    const password = passwords[name] ?? "";
    if (verifier !== null && fits(password, verifier)) continue;
    await retrying(() => admin.query(`alter role ${pg.escapeIdentifier(name)} password ${pg.escapeLiteral(scramVerifier(password))}`));
    changed.push(name);
  }
  return changed;
}

function fits(password: string, verifier: string): boolean {
  const parts = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(verifier);
  if (parts?.[1] === undefined || parts[2] === undefined) return false;
  const expected = Buffer.from(scramVerifier(password, Buffer.from(parts[2], "base64"), Number(parts[1])));
  const found = Buffer.from(verifier);
  return expected.length === found.length && timingSafeEqual(expected, found);
}
