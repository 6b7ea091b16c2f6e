import type { Relation } from "./catalogue.ts";
import type { Attack } from "./proof.ts";
import { ident } from "./solution.ts";

/** What a role could do to get out of its place, whatever the table. Each must be refused. */
export function escapeAttacks(powerful: readonly string[], schemas: readonly string[]): Attack[] {
  return [
    ...powerful.map((role) => escaping(`become ${role}`, `set local role ${ident(role)}`)),
    ...schemas.flatMap((schema) => [
      escaping(`create a table in ${schema}`, `create table ${ident(schema)}.prove_made (id integer)`),
      escaping(`create a function in ${schema}`, `create function ${ident(schema)}.prove_made() returns integer return 1`),
    ]),
    escaping("create a role", "create role prove_made"),
    escaping("create a schema", "create schema prove_made"),
    escaping("switch triggers off", "set local session_replication_role = replica"),
    reading("read passwords", "select from pg_catalog.pg_authid"),
    reading("read raw statistics", "select from pg_catalog.pg_statistic limit 1"),
    reading("read extended statistics", "select from pg_catalog.pg_statistic_ext_data limit 1"),
    escaping("read a file of the server", "select pg_catalog.pg_read_file('PG_VERSION')"),
    escaping("list a folder of the server", "select pg_catalog.pg_ls_dir('.')"),
    escaping("copy to a program", "copy (select 1) to program 'true'"),
    escaping("import a large object", "select pg_catalog.lo_import('/etc/hostname')"),
    escaping("use an untrusted language", "create function pg_temp.prove_made() returns integer language c as 'prove', 'prove'"),
    {
      command: "statistics of partitions",
      kind: "read",
      sql: "select from pg_catalog.pg_stats where schemaname = 'cm_parts' limit 1",
      expects: "no row",
    },
  ];
}

/** What only an owner may do to a table; each would open it. */
export function redefiningAttacks(table: Relation): Attack[] {
  const define = (command: string, sql: string): Attack => ({ command, kind: "define", sql, expects: "refusal" });
  return [
    define("disable row level security", `alter table ${table.name} disable row level security`),
    define("add a policy", `create policy prove_made on ${table.name} using (true)`),
    define("no longer force row level security", `alter table ${table.name} no force row level security`),
    define("drop the table", `drop table ${table.name}`),
    ...["references", "trigger"].map((privilege): Attack => {
      // Only read: trying would take a lock on the table before the refusal.
      const sql = `select where has_table_privilege(${table.oid}::oid, '${privilege}')`;
      return { command: `privilege ${privilege}`, kind: "define", sql, expects: "no row" };
    }),
  ];
}

/** Not carried out where the privilege is held, which is the leak: it would lock a live table. */
export function truncateAttack(table: Relation): Attack {
  const sql = `do $$ begin if not has_table_privilege(${table.oid}::oid, 'truncate') then truncate ${table.name}; end if; end $$`;
  return { command: "truncate", kind: "write", sql, expects: "refusal" };
}

function escaping(command: string, sql: string): Attack {
  return { command, kind: "escape", sql, expects: "refusal" };
}

function reading(command: string, sql: string): Attack {
  return { command, kind: "read", sql, expects: "refusal" };
}
