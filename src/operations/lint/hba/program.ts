import type { ClientBase } from "pg";
import { loginRoles } from "../../../postgres/database.ts";
import type { Program } from "../program.ts";
import { hbaChecks } from "./checks.ts";
import { hbaFindings } from "./findings.ts";
import { readServerRules } from "./from-server.ts";
import type { RoleFacts, Roles } from "./matching.ts";
import { readHbaFile } from "./read-file.ts";

/** Judges the server's pg_hba.conf, or a file that is to become one, by the roles this server has. */
export function hbaProgram(file: string | undefined): Program {
  return {
    checks: Object.values(hbaChecks),
    async ask({ admin, major }) {
      const lines = file === undefined ? await readServerRules(admin, major) : await readHbaFile(file, major);
      const roles = await readRoles(admin);
      return hbaFindings(lines, { roles, logins: loginRoles.filter((role) => role !== "replicator"), localLogins: ["backup_user"] });
    },
  };
}

async function readRoles(admin: ClientBase): Promise<Roles> {
  const { rows } = await admin.query<RoleFacts & { name: string }>(
    `select r.rolname as name, r.rolcanlogin as login, r.rolsuper as superuser, coalesce((
       with recursive groups (oid) as (
         select roleid from pg_catalog.pg_auth_members where member = r.oid
         union
         select m.roleid from pg_catalog.pg_auth_members as m join groups on m.member = groups.oid
       )
       select array_agg(pg_catalog.pg_get_userbyid(oid)::text) from groups
     ), '{}') as groups
     from pg_catalog.pg_roles as r`,
  );
  return new Map(rows.map(({ name, ...facts }) => [name, facts]));
}
