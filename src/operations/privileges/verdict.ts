import type { ClientBase } from "pg";
import { Problem } from "../../errors/problem.ts";
import { readDatabaseFile, readMigrations } from "../migrate/migration-files.ts";
import { appliedMigrations, pendingMigrations } from "../migrate/plan.ts";
import { readAccess } from "./guards.ts";
import { type Change, type Effect, judgeChange } from "./judge.ts";

/** What a migration does to who may see and do what, found out by applying it and taking it back. */
export interface Verdict {
  /** `roles.sql`, or a migration's name. */
  readonly name: string;
  readonly verdict: Effect | "neither";
  readonly changes: readonly Change[];
  /** What its line `-- loosens: …` says. */
  readonly reason: string | null;
}

/**
 * Applies what is pending in one transaction that is rolled back, and compares privileges, policies and functions before and after
 * each file. The locks it takes are those of the migration: it gives up when it cannot have one within a second.
 * @throws Problem `migration_changed`, `database_ahead`, `database_busy`
 */
export async function pendingVerdicts(admin: ClientBase, folder?: string): Promise<Verdict[]> {
  const files = await readMigrations(folder);
  const pending = pendingMigrations(files, await appliedMigrations(admin));
  const scripts = [{ name: "roles.sql", sql: await readDatabaseFile("roles.sql") }, ...pending];
  const history = await readDatabaseFile("history.sql");
  const verdicts: Verdict[] = [];
  await admin.query("begin");
  try {
    await admin.query("set local lock_timeout = '1s'");
    let before = await readAccess(admin);
    for (const { name, sql } of scripts) {
      await apply(admin, name, name === "roles.sql" ? `${sql}\n;${history}` : sql);
      const after = await readAccess(admin);
      const changes = judgeChange(before, after);
      verdicts.push({ name, changes, verdict: verdictOf(changes), reason: reasonIn(sql) });
      before = after;
    }
    return verdicts;
  } finally {
    await admin.query("rollback");
  }
}

/** A migration that opens something must say why. */
export function lacksReason({ verdict, reason }: Verdict): boolean {
  return (verdict === "loosens" || verdict === "both") && reason === null;
}

export function reasonIn(sql: string): string | null {
  return /^-- loosens: (\S.*)$/m.exec(sql)?.[1] ?? null;
}

async function apply(admin: ClientBase, name: string, sql: string): Promise<void> {
  try {
    await admin.query(sql);
    await admin.query("reset role");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "55P03")) throw error;
    throw new Problem("database_busy", `${name} needs a lock that somebody holds`, {
      hint: "Try again in a moment, or on a copy of the database: nothing was changed.",
      cause: error,
    });
  }
}

function verdictOf(changes: readonly Change[]): Verdict["verdict"] {
  const loosens = changes.some(({ effect }) => effect !== "tightens");
  const tightens = changes.some(({ effect }) => effect !== "loosens");
  if (loosens && tightens) return "both";
  return loosens ? "loosens" : tightens ? "tightens" : "neither";
}
