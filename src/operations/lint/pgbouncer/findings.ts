import type { Finding } from "../check.ts";
import { administrators, passwords, tls } from "./access.ts";
import { pgbouncerChecks } from "./checks.ts";
import { connectionWords, type Ini } from "./read-ini.ts";
import { finding, Subject, shortName } from "./subject.ts";
import type { UserList } from "./user-list.ts";

export interface PgbouncerFacts {
  readonly ini: Ini;
  /** Null when there is no auth_file or it cannot be read. */
  readonly users: UserList | null;
  /** Major and minor, null when nobody said. */
  readonly version: readonly [number, number] | null;
  /** Roles of the server that may do anything. */
  readonly superusers: readonly string[];
}

/** What is wrong with a pgbouncer.ini for a program that chooses its tenant per transaction. */
export function pgbouncerFindings(facts: PgbouncerFacts): Finding[] {
  const about = new Subject(facts.ini);
  return [
    ...facts.ini.errors.map(({ file, line, text }) =>
      finding(pgbouncerChecks.unreadable, `${shortName(file)}:${line}`, `not a setting: ${text}`, text, `-- correct line ${line}`),
    ),
    ...poolModes(about),
    ...sessionState(about),
    ...preparedStatements(about, facts.version),
    ...passwords(about, facts.users),
    ...administrators(about, facts.superusers),
    ...startupParameters(about),
    ...tls(about),
  ];
}

function poolModes(about: Subject): Finding[] {
  const own = [...about.databases, ...about.users].flatMap((entry) => {
    const mode = connectionWords(entry.value).get("pool_mode");
    return mode === undefined ? [] : [{ where: `${entry.section}.${entry.key}`, mode, evidence: entry.value }];
  });
  const general = {
    where: "pool_mode",
    mode: about.value("pool_mode", "session"),
    evidence: `pool_mode = ${about.value("pool_mode", "session")}`,
  };
  return [general, ...own].flatMap(({ where, mode, evidence }) => {
    if (mode === "transaction") return [];
    const detail =
      mode === "statement"
        ? "statement mode refuses transactions, so no tenant can be chosen"
        : `${mode} mode gives every client a server connection of its own`;
    return [
      finding(
        pgbouncerChecks.poolMode,
        `${about.file} ${where}`,
        detail,
        evidence,
        `-- ${where}: pool_mode = transaction`,
        mode === "statement" ? "error" : "warn",
      ),
    ];
  });
}

function sessionState(about: Subject): Finding[] {
  const reset = about.value("server_reset_query", "DISCARD ALL");
  const found: Finding[] = [];
  if (!/^discard\s+all;?$/i.test(reset))
    found.push(
      about.finding(
        pgbouncerChecks.sessionState,
        "server_reset_query",
        `"${reset}" leaves settings, locks or temporary tables behind`,
        "DISCARD ALL",
        "error",
      ),
    );
  if (about.value("server_reset_query_always", "0") !== "1" && about.value("pool_mode", "session") !== "session")
    found.push(
      about.finding(
        pgbouncerChecks.sessionState,
        "server_reset_query_always",
        "nothing is reset between the transactions of different clients",
        "1",
      ),
    );
  return found;
}

function preparedStatements(about: Subject, version: readonly [number, number] | null): Finding[] {
  const key = "max_prepared_statements";
  if (version === null) return [];
  const knows = version[0] > 1 || version[1] >= 21;
  if (!knows && about.said(key))
    return [
      about.finding(
        pgbouncerChecks.prepared,
        key,
        `PgBouncer ${version.join(".")} does not know it and refuses the file: it came with 1.21`,
        "(take the line out)",
        "error",
      ),
    ];
  // 200 by default since 1.24.
  const count = Number(about.value(key, version[0] > 1 || version[1] >= 24 ? "200" : "0"));
  if (knows && count === 0)
    return [about.finding(pgbouncerChecks.prepared, key, "named statements fail although this version could track them", "200", "info")];
  return [];
}

const limits =
  /^(options|search_path|row_security|role|(statement|lock|idle_in_transaction_session|idle_session|transaction)_timeout|default_transaction_\w+)$/;

function startupParameters(about: Subject): Finding[] {
  const dropped = about.list("ignore_startup_parameters").filter((name) => limits.test(name));
  if (dropped.length === 0) return [];
  const kept = about.list("ignore_startup_parameters").filter((name) => !dropped.includes(name));
  return [
    about.finding(
      pgbouncerChecks.startupParameters,
      "ignore_startup_parameters",
      `${dropped.join(", ")} is dropped without a word`,
      kept.join(", "),
    ),
  ];
}
