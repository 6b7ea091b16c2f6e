import { quoted } from "./candidates.ts";
import type { Relation } from "./catalogue.ts";
import { secretTables } from "./exceptions.ts";
import type { Attack } from "./proof.ts";

/** A partition by its own name, by whoever does not own it: refused whatever is in it. */
export function partitionAttacks(partition: Relation, ownTenant: string, foreignTenant: string): Attack[] {
  const p = partition.name;
  const theirs = partition.tenant ? `tenant_id = ${quoted(foreignTenant)}` : "false";
  const others = partition.tenant ? `tenant_id <> ${quoted(ownTenant)}` : "true";
  const column = partition.tenant ? "tenant_id" : "ctid";
  return [
    refused("read", "select", `select from ${p} where ${others} limit 1`),
    refused("read", "aggregate", `select count(*) from ${p} where ${theirs}`),
    refused(
      "write",
      "insert",
      partition.tenant ? `insert into ${p} (tenant_id) values (${quoted(foreignTenant)})` : `insert into ${p} default values`,
    ),
    refused("write", "update", partition.tenant ? `update ${p} set tenant_id = tenant_id where ${theirs}` : `delete from ${p} where false`),
    refused("write", "delete", `delete from ${p} where ${theirs}`),
    refused("write", "merge", `merge into ${p} as t using (select 1) as s on ${column} is null when matched then delete`),
    refused("read", "lock", `lock table ${p} in access share mode nowait`),
  ];
}

/** By its owner, who may name it, and who is held by the forced policy alone. */
export function ownedPartitionAttacks(partition: Relation, ownTenant: string, foreignTenant: string): Attack[] {
  if (!partition.tenant) return [];
  const others = `tenant_id not in (${quoted(ownTenant)}, '*')`;
  return [
    { command: "select", kind: "read", sql: `select from ${partition.name} where ${others} limit 1`, expects: "no row" },
    {
      command: "update",
      kind: "write",
      sql: `update ${partition.name} set tenant_id = tenant_id where tenant_id = ${quoted(foreignTenant)}`,
      expects: "no row",
    },
    {
      command: "delete",
      kind: "write",
      sql: `delete from ${partition.name} where tenant_id = ${quoted(foreignTenant)}`,
      expects: "no row",
    },
  ];
}

/** A table without tenants is read by all who were granted it; what one could write there, another would read. */
export function sharedTableAttacks(table: Relation): Attack[] {
  const column = table.columns.find(({ generated }) => !generated)?.name;
  if (column === undefined) return [];
  const same = `"${column}" = "${column}"`;
  return [
    ...(secretTables[table.name] === undefined ? [] : [refused("read", "select", `select from ${table.name}`)]),
    refused("write", "insert", `insert into ${table.name} select * from ${table.name} where false`),
    refused("write", "update", `update ${table.name} set ${same} where false`),
    refused("write", "delete", `delete from ${table.name} where false`),
    refused("write", "merge", `merge into ${table.name} as t using (select 1) as s on false when matched then delete`),
  ];
}

export function sequenceAttacks(sequence: Relation): Attack[] {
  return [refused("read", "last value", `select from ${sequence.name}`)];
}

/** A view shows what its owner's rights let through, or the caller's. Any value of the other tenant in any column is a leak. */
export function viewAttacks(view: Relation, ownTenant: string, foreignTenant: string, secret: string): Attack[] {
  const theirs = `strpos(v::text, ${quoted(foreignTenant)}) > 0 or strpos(v::text, ${quoted(secret)}) > 0`;
  // What a materialized view keeps was stored before these two tenants were: its rows are of others altogether.
  const others = view.tenant ? `tenant_id <> ${quoted(ownTenant)}` : "true";
  if (view.kind === "m")
    return [{ command: "select", kind: "read", sql: `select from ${view.name} as v where ${others} limit 1`, expects: "no row" }];
  return [
    { command: "select", kind: "read", sql: `select from ${view.name} as v where ${theirs}`, expects: "nothing told" },
    ...(view.tenant
      ? [
          {
            command: "select of any other tenant",
            kind: "read",
            sql: `select from ${view.name} as v where ${others} limit 1`,
            expects: "nothing told",
          } as const,
        ]
      : []),
  ];
}

function refused(kind: "read" | "write", command: string, sql: string): Attack {
  return { command, kind, sql, expects: "refusal" };
}
