import { loginRoles } from "../../../postgres/database.ts";
import type { Finding } from "../check.ts";
import { pgbouncerChecks } from "./checks.ts";
import { connectionWords } from "./read-ini.ts";
import { finding, type Subject, shortName } from "./subject.ts";
import type { UserList } from "./user-list.ts";

export function passwords(about: Subject, users: UserList | null): Finding[] {
  const found: Finding[] = [];
  const type = about.value("auth_type", "md5");
  if (/^(any|trust)$/.test(type))
    found.push(about.finding(pgbouncerChecks.passwords, "auth_type", `${type} asks for no password`, "scram-sha-256"));
  else if (/^(plain|md5)$/.test(type))
    found.push(
      about.finding(
        pgbouncerChecks.passwords,
        "auth_type",
        type === "md5" ? "md5 lets a stolen hash sign in" : "plain sends the password in clear",
        "scram-sha-256",
        type === "md5" ? "warn" : "error",
      ),
    );
  if (users === null) return found;
  const authUser = about.value("auth_user", "");
  const clear = users.entries.filter(({ kind, name }) => kind === "clear" && name !== authUser);
  const hashed = users.entries.filter(({ kind }) => kind === "md5");
  const names = (list: typeof clear) => list.map(({ name }) => name).join(", ");
  const object = `${about.file} auth_file`;
  // Names only: what stands beside them must not reach a report.
  if (clear.length > 0)
    found.push(
      finding(
        pgbouncerChecks.passwords,
        object,
        `holds the password of ${names(clear)} in clear`,
        shortName(users.file),
        "-- put SCRAM verifiers there, or use auth_query",
      ),
    );
  if (hashed.length > 0)
    found.push(
      finding(
        pgbouncerChecks.passwords,
        `${object} md5`,
        `holds md5 hashes of ${names(hashed)}`,
        shortName(users.file),
        "-- put SCRAM verifiers there",
        "warn",
      ),
    );
  if ((users.mode & 0o077) !== 0)
    found.push(
      finding(
        pgbouncerChecks.passwords,
        `${object} mode`,
        `others may read it (mode ${(users.mode & 0o777).toString(8)})`,
        shortName(users.file),
        "-- chmod 600 on the file",
      ),
    );
  return found;
}

export function administrators(about: Subject, superusers: readonly string[]): Finding[] {
  const ours: readonly string[] = loginRoles;
  return ["admin_users", "stats_users"].flatMap((key) => {
    const wrong = about
      .list(key)
      .filter(
        (name) =>
          name === "*" ||
          (ours.includes(name) && !(key === "stats_users" && name === "monitoring")) ||
          (key === "admin_users" && superusers.includes(name)),
      );
    if (wrong.length === 0) return [];
    return [
      about.finding(
        pgbouncerChecks.administrators,
        key,
        `${wrong.join(", ")} may use the console`,
        key === "stats_users" ? "monitoring" : "pgbouncer_admin",
        key === "stats_users" ? "warn" : "error",
      ),
    ];
  });
}

const verifying = /^verify-(ca|full)$/;

export function tls(about: Subject): Finding[] {
  const found: Finding[] = [];
  const client = about.value("client_tls_sslmode", "disable");
  const listens = about.list("listen_addr").filter((address) => !isThisMachine(address));
  if (listens.length > 0 && client !== "require" && !verifying.test(client))
    found.push(
      about.finding(
        pgbouncerChecks.tls,
        "client_tls_sslmode",
        `listens on ${listens.join(", ")} and lets clients in without TLS`,
        "require",
      ),
    );
  const server = about.value("server_tls_sslmode", "prefer");
  const hosts = about.databases.flatMap(({ value }) => connectionWords(value).get("host") ?? []);
  const distant = [...new Set(hosts.flatMap((host) => host.split(",")))].filter((host) => !isThisMachine(host));
  if (distant.length > 0 && !verifying.test(server))
    found.push(
      about.finding(
        pgbouncerChecks.tls,
        "server_tls_sslmode",
        `${distant.join(", ")} may be anybody: the certificate is not checked`,
        "verify-full",
        server === "require" ? "warn" : "error",
      ),
    );
  const several = hosts.filter((host) => host.includes(","));
  if (several.length > 0 && server === "verify-full")
    found.push(
      about.finding(
        pgbouncerChecks.tls,
        "server_tls_sslmode with several hosts",
        `the certificate is compared with the text "${several[0]}": no connection succeeds. One entry for each host`,
        "verify-full",
      ),
    );
  for (const key of ["client_tls_protocols", "server_tls_protocols"])
    if (/(^|[,\s])(all|legacy|tlsv1\.0|tlsv1\.1)([,\s]|$)/.test(about.value(key, "secure")))
      found.push(about.finding(pgbouncerChecks.tls, key, "allows TLS older than 1.2", "secure"));
  return found;
}

function isThisMachine(host: string): boolean {
  return /^(|\/.*|localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
}
