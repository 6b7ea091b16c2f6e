import pg, { type ClientBase } from "pg";
import { retrying } from "./retrying.ts";

/**
 * Whatever a server is told to log, the values bound to this database's statements are left out: signed contexts, which are good for a
 * minute, hashes of passwords and keys, names. It holds for sessions that begin from now on.
 * @returns whether anything was set; null when this role may not: then the server's own settings count
 */
export async function keepValuesOutOfTheLog(admin: ClientBase): Promise<boolean | null> {
  const { rows } = await admin.query<{ name: string; allowed: boolean }>(
    `select name, has_parameter_privilege(name, 'set') and pg_has_role(datdba, 'usage') as allowed
     from unnest(array['log_parameter_max_length', 'log_parameter_max_length_on_error']) as name
     join pg_catalog.pg_database on datname = current_database()
     where not exists (
       select from pg_catalog.pg_db_role_setting where setdatabase = pg_database.oid and setrole = 0 and name || '=0' = any(setconfig)
     )`,
  );
  if (rows.some(({ allowed }) => !allowed)) return null;
  const { rows: current } = await admin.query<{ database: string }>("select current_database() as database");
  const database = pg.escapeIdentifier(current[0]?.database ?? "");
  for (const { name } of rows) await retrying(() => admin.query(`alter database ${database} set ${name} = 0`));
  return rows.length > 0;
}
