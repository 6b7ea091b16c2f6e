import { type Budget, budgetOf } from "./budget.ts";
import { patroniYml, pgbackrestConf, roleSettings, systemdUnits } from "./other-files.ts";
import { pgHba, pgIdent } from "./pg-hba.ts";
import { pgbouncerIni, userlist } from "./pgbouncer.ts";
import { postgresqlConf } from "./postgresql-conf.ts";
import { refuseUnsafe } from "./refusals.ts";
import type { Target } from "./target.ts";

export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
  /** 0600 for those that hold secrets. */
  readonly mode: number;
}

export const serverFile = "apg-postgresql.conf";

/**
 * Every file of a target. `verifiers`: the server's SCRAM verifiers by role, for PgBouncer.
 * @throws Problem `configuration_unsafe`
 */
export function configurationFiles(target: Target, verifiers: ReadonlyMap<string, string> = new Map()): readonly ConfigurationFile[] {
  const budget: Budget = budgetOf(target);
  refuseUnsafe(target, budget);
  const files: ConfigurationFile[] = [
    { path: serverFile, text: postgresqlConf(target, budget), mode: 0o644 },
    { path: "pg_hba.conf", text: pgHba(target), mode: 0o640 },
    { path: "pg_ident.conf", text: pgIdent(target), mode: 0o640 },
    { path: "role-settings.sql", text: roleSettings(), mode: 0o644 },
    { path: "pgbouncer.ini", text: pgbouncerIni(target, budget), mode: 0o640 },
    { path: "userlist.txt", text: userlist(verifiers), mode: 0o600 },
  ];
  const optional = [
    ["pgbackrest.conf", pgbackrestConf(target)],
    ["patroni.yml", patroniYml(target, budget)],
  ] as const;
  for (const [path, text] of optional) if (text !== null) files.push({ path, text, mode: 0o640 });
  for (const [path, text] of systemdUnits(target, budget)) files.push({ path, text, mode: 0o644 });
  return files;
}
