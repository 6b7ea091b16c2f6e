import { randomBytes } from "node:crypto";
import type { Client } from "../../postgres/connect.ts";

export interface AttackingRole {
  readonly name: string;
  /** As shown: PUBLIC for the role that stands for it. */
  readonly label: string;
  readonly login: boolean;
  /** Owns objects of this database. */
  readonly owner: boolean;
}

export interface Roles {
  readonly attackers: readonly AttackingRole[];
  readonly superusers: readonly string[];
  /** What PUBLIC may do, anybody may: a role made for the proof, without a single grant, and gone with the transaction. */
  readonly publicRole: string;
}

/** Ours, every other login of the cluster that may connect here, and whoever owns something here. Wants a transaction to roll back. */
export async function readRoles(client: Client): Promise<Roles> {
  const { rows } = await client.query<AttackingRole & { superuser: boolean }>(
    `select rolname as name, rolcanlogin as login, rolsuper as superuser, owns.found as owner
     from pg_roles
     cross join lateral (
       select exists (
         select from pg_shdepend
         where refclassid = 'pg_authid'::regclass
           and refobjid = pg_roles.oid
           and deptype = 'o'
           and dbid = (select oid from pg_database where datname = current_database())
       ) as found
     ) as owns
     where rolname !~ '^pg_'
       and (rolname = any ($1) or owns.found or (rolcanlogin and has_database_privilege(oid, current_database(), 'connect')))
     order by array_position($1, rolname::text), rolname`,
    [ours],
  );
  const publicRole = `prove_public_${randomBytes(4).toString("hex")}`;
  await client.query(`create role ${publicRole} nologin`);
  return {
    publicRole,
    attackers: [
      ...rows.filter(({ superuser }) => !superuser).map(({ name, login, owner }) => ({ name, label: name, login, owner })),
      { name: publicRole, label: "PUBLIC", login: false, owner: false },
    ],
    superusers: rows.filter(({ superuser }) => superuser).map(({ name }) => name),
  };
}

const ours = [
  "apg_user",
  "apg_readonly_user",
  "apg_gate",
  "apg_sealer",
  "apg_admin",
  "monitoring",
  "backup_user",
  "replicator",
  "cm_gatekeeper",
  "cm_owner",
  "audit_owner",
];
