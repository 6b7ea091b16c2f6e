import type { ClientBase } from "pg";

const makesExtension = "execute format('create extension if not exists %I with schema ext', wanted);";
const orDoesWithout = `begin
        ${makesExtension}
      exception
        when insufficient_privilege then
          raise warning 'extension % needs a superuser and was left out: have it made in schema ext, or do without', wanted;
      end;`;

/**
 * A migration for an administrator who is no superuser, as managed services give one: extensions that only a superuser may make are left
 * out with a warning. Migrations never change, so this stands here and not in 0001; their hashes are those of the files.
 */
export async function forThisAdministrator(admin: ClientBase, sql: string): Promise<string> {
  if (!sql.includes(makesExtension)) return sql;
  const { rows } = await admin.query<{ all: boolean }>("select rolsuper as all from pg_catalog.pg_roles where rolname = current_user");
  return rows[0]?.all === true ? sql : sql.replaceAll(makesExtension, () => orDoesWithout);
}
