import type { Check } from "../check.ts";
import { type ProgramCheckText, programCheck } from "../program.ts";

/** The questions to pgbouncer.ini, each a trap somebody has met. */
export const pgbouncerChecks = {
  unreadable: check({
    id: "0090",
    name: "pgbouncer_line_refused",
    level: "error",
    title: "Line of pgbouncer.ini that says nothing PgBouncer understands",
    why: "PgBouncer refuses to start, or at a reload keeps what it had before.",
    proves: "invariant 7",
  }),
  poolMode: check({
    id: "0091",
    name: "pgbouncer_pool_mode",
    level: "warn",
    title: "Pool mode in which the program does not share or does not work",
    why: "In statement mode no transaction holds, so no tenant can be chosen; in session mode every client keeps a server connection.",
    proves: "invariant 7",
  }),
  sessionState: check({
    id: "0092",
    name: "pgbouncer_keeps_session_state",
    level: "warn",
    title: "What one client left in the session reaches the next",
    why: "In transaction mode server_reset_query is not run unless server_reset_query_always = 1: a tenant that buggy code set for the session was read by the next client.",
    proves: "invariant 4, invariant 7",
  }),
  prepared: check({
    id: "0093",
    name: "pgbouncer_prepared_statements",
    level: "warn",
    title: "Prepared statements and this version do not fit",
    why: "Before 1.21 named statements fail (42P05) as soon as two clients share a server connection, and the setting is refused.",
    proves: "invariant 7, invariant 8",
  }),
  passwords: check({
    id: "0094",
    name: "pgbouncer_passwords",
    level: "error",
    title: "Passwords that are asked for or kept too weakly",
    why: "The pooler holds the way in for every client: trust asks for nothing, md5 lets a stolen hash sign in, and a file others can read is a list of passwords.",
    proves: "invariant 19, invariant 20",
  }),
  administrators: check({
    id: "0095",
    name: "pgbouncer_administrators",
    level: "error",
    title: "Console open to a role that is not for administration",
    why: "Who may use the console can pause and kill every pool and read every client's address; an application's login is the first thing an attacker has.",
    proves: "invariant 19",
  }),
  startupParameters: check({
    id: "0096",
    name: "pgbouncer_ignored_parameters",
    level: "warn",
    title: "Limits that clients ask for and silently do not get",
    why: "A parameter in ignore_startup_parameters is dropped without a word: a statement_timeout the program believes in does not hold. Put it on the role instead (alter role … set).",
    proves: "invariant 7",
  }),
  tls: check({
    id: "0097",
    name: "pgbouncer_tls",
    level: "error",
    title: "A side of the pooler that talks without TLS, or with a server it does not know",
    why: "pg_hba.conf can only ask for TLS between pooler and server; between client and pooler only the pooler can.",
    proves: "invariant 19",
  }),
} as const;

function check(text: ProgramCheckText): Check {
  return programCheck("src/operations/lint/pgbouncer/checks.ts", "connections", text);
}
