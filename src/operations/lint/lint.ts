import type { ClientBase, QueryResult } from "pg";
import { Problem } from "../../errors/problem.ts";
import { type Check, type Finding, includesVersion, isLevel, levels } from "./check.ts";
import { type ExceptedFinding, type Exception, sortByExceptions } from "./exceptions.ts";
import type { Program } from "./program.ts";

export interface LintReport {
  /** Such as "18.4". */
  readonly server: string;
  readonly checks: readonly Check[];
  /** For other majors of PostgreSQL. */
  readonly skipped: readonly Check[];
  /** By level, then by check. */
  readonly findings: readonly Finding[];
  readonly excepted: readonly ExceptedFinding[];
  /** Checks that could not answer: the run says nothing about them. */
  readonly failed: readonly FailedCheck[];
  readonly durationMs: number;
}

export interface FailedCheck {
  readonly check: Check;
  readonly error: string;
}

export interface LintOptions {
  readonly checks: readonly Check[];
  readonly exceptions: readonly Exception[];
  /** Asked besides; of each, what it finds for one of its checks. */
  readonly programs?: readonly Program[];
  /** Of each check. */
  readonly timeoutMs?: number;
}

/** Asks every check in one transaction that can only read, so that all see one moment. One that fails does not stop the others. */
export async function lintDatabase(admin: ClientBase, options: LintOptions): Promise<LintReport> {
  const started = performance.now();
  const server = await serverVersion(admin);
  const asked = options.checks.filter(({ versions }) => includesVersion(versions, server.major));
  await admin.query("begin isolation level repeatable read read only");
  try {
    await admin.query(`set local statement_timeout = ${options.timeoutMs ?? 30_000}`);
    const found: Finding[] = [];
    const failed: FailedCheck[] = [];
    for (const check of asked) {
      await admin.query("savepoint before_check");
      try {
        found.push(...(await findingsOf(admin, check)));
      } catch (error) {
        failed.push({ check, error: error instanceof Error ? error.message : String(error) });
      }
      // Also undoes a role or a setting that a check took on.
      await admin.query("rollback to savepoint before_check");
    }
    for (const program of options.programs ?? []) {
      await admin.query("savepoint before_check");
      try {
        found.push(...(await program.ask({ admin, major: server.major })));
      } catch (error) {
        if (error instanceof Problem) throw error;
        failed.push(
          ...program.checks.slice(0, 1).map((check) => ({ check, error: error instanceof Error ? error.message : String(error) })),
        );
      }
      await admin.query("rollback to savepoint before_check");
    }
    const programmed = (options.programs ?? []).filter(({ checks }) => !failed.some(({ check }) => checks.includes(check)));
    const ran = [...asked.filter((check) => !failed.some((one) => one.check === check)), ...programmed.flatMap(({ checks }) => checks)];
    const sorted = sortByExceptions(found, options.exceptions, { checks: ran, major: server.major });
    return {
      server: server.name,
      checks: [...asked, ...(options.programs ?? []).flatMap(({ checks }) => checks)],
      skipped: options.checks.filter((check) => !asked.includes(check)),
      findings: [...sorted.findings].sort(byLevel),
      excepted: sorted.excepted,
      failed,
      durationMs: Math.round(performance.now() - started),
    };
  } finally {
    await admin.query("rollback");
  }
}

/** What one check finds, in whatever transaction the connection is in; of several statements the last one's rows. */
export async function findingsOf(client: ClientBase, check: Check): Promise<Finding[]> {
  // Names are then printed with their schema, and nobody's table or function stands in front of the catalogue's.
  await client.query("select set_config('search_path', 'pg_catalog', true)");
  const answer: QueryResult<Row> | QueryResult<Row>[] = await client.query<Row>(check.sql);
  const last: QueryResult<Row> | undefined = Array.isArray(answer) ? answer.at(-1) : answer;
  const columns = last?.fields.map(({ name }) => name).join(", ");
  if (columns !== columnNames) throw new Error(`${check.file} answers the columns ${columns}, not ${columnNames}`);
  return (last?.rows ?? []).map((row) => findingFrom(check, row));
}

type Row = Record<"name" | "level" | "object" | "detail" | "evidence" | "fix", unknown>;
const columnNames = "name, level, object, detail, evidence, fix";

function findingFrom(check: Check, row: Row): Finding {
  const { name, level } = row;
  if (name !== check.name) throw new Error(`${check.file} calls its finding ${String(name)}`);
  if (!isLevel(level)) throw new Error(`${check.file} has a finding of level ${String(level)}`);
  const text = (key: keyof Row): string => {
    const value = row[key];
    if (typeof value !== "string" || value === "") throw new Error(`${check.file} has a finding without ${key}`);
    return value;
  };
  return { check, level, object: text("object"), detail: text("detail"), evidence: text("evidence"), fix: text("fix") };
}

async function serverVersion(admin: ClientBase): Promise<{ name: string; major: number }> {
  const { rows } = await admin.query<{ name: string; number: string }>(
    "select current_setting('server_version') as name, current_setting('server_version_num') as number",
  );
  return { name: rows[0]?.name ?? "unknown", major: Math.floor(Number(rows[0]?.number) / 10_000) };
}

function byLevel(a: Finding, b: Finding): number {
  return levels.indexOf(a.level) - levels.indexOf(b.level) || compare(a.check.id, b.check.id) || compare(a.object, b.object);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
