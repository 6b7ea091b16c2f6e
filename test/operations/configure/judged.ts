import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hbaFindings } from "../../../src/operations/lint/hba/findings.ts";
import { readHbaText } from "../../../src/operations/lint/hba/read-file.ts";
import { pgbouncerFindings } from "../../../src/operations/lint/pgbouncer/findings.ts";
import { readIni } from "../../../src/operations/lint/pgbouncer/read-ini.ts";
import { readUserList } from "../../../src/operations/lint/pgbouncer/user-list.ts";

const role = (superuser = false) => ({ login: true, superuser, groups: [] });
const logins = ["apg_user", "apg_gate", "apg_sealer", "apg_readonly_user", "monitoring", "backup_user"];
const roles = new Map([...logins, "replicator"].map((name) => [name, role()] as const).concat([["postgres", role(true)]]));

/** What `apg db lint` says of a pg_hba.conf, by check. */
export async function hbaVerdict(text: string): Promise<string[]> {
  const lines = await readHbaText(text, "/etc/pg_hba.conf", 18);
  return hbaFindings(lines, { roles, logins, localLogins: ["backup_user"] }).map(({ check, evidence }) => `${check.name}: ${evidence}`);
}

/** The same of a pgbouncer.ini with its userlist.txt. */
export async function pgbouncerVerdict(ini: string, users: string, folder: string): Promise<string[]> {
  writeFileSync(join(folder, "pgbouncer.ini"), ini);
  writeFileSync(join(folder, "userlist.txt"), users, { mode: 0o600 });
  const found = pgbouncerFindings({
    ini: await readIni(join(folder, "pgbouncer.ini")),
    users: await readUserList(join(folder, "userlist.txt")),
    version: [1, 24],
    superusers: ["postgres"],
  });
  return found.map(({ check, evidence }) => `${check.name}: ${evidence}`);
}
