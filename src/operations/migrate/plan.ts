import type { ClientBase } from "pg";
import { Problem } from "../../errors/problem.ts";
import type { MigrationFile } from "./migration-files.ts";

export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
  readonly appliedAt: string;
  readonly appliedBy: string;
  readonly durationMs: number;
}

/** What has been applied, oldest first; nothing when the database has never been migrated. */
export async function appliedMigrations(client: ClientBase): Promise<AppliedMigration[]> {
  const known = await client.query<{ found: boolean }>("select to_regclass('maintenance.migrations') is not null as found");
  if (known.rows[0]?.found !== true) return [];
  const result = await client.query<AppliedMigration>(
    `select number, name, sha256, applied_by as "appliedBy", duration_ms as "durationMs",
       to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "appliedAt"
     from maintenance.migrations
     order by number`,
  );
  return result.rows;
}

/**
 * The files still to be applied, in order.
 * @throws Problem `migration_changed` when an applied file differs, `database_ahead` when the database knows more than the files
 */
export function pendingMigrations(files: readonly MigrationFile[], applied: readonly AppliedMigration[]): MigrationFile[] {
  const byNumber = new Map(files.map((file) => [file.number, file]));
  for (const row of applied) {
    const file = byNumber.get(row.number);
    if (file === undefined) throw ahead(row);
    if (file.sha256 !== row.sha256 || file.name !== row.name) throw changed(file, row);
  }
  const last = applied.at(-1)?.number ?? 0;
  const pending = files.filter((file) => !applied.some((row) => row.number === file.number));
  const late = pending.find((file) => file.number < last);
  if (late !== undefined)
    throw new Problem("migration_changed", `${late.name} comes before ${applied.at(-1)?.name}, which is already applied`, {
      detail: { file: late.name, after: applied.at(-1)?.name },
      hint: "Give the new migration the next free number.",
    });
  return pending;
}

function ahead(row: AppliedMigration): Problem {
  return new Problem("database_ahead", `the database has ${row.name}, which this program does not know`, {
    detail: { migration: row.name, appliedAt: row.appliedAt },
    hint: "Use the version of the program that migrated it, or a newer one.",
  });
}

function changed(file: MigrationFile, row: AppliedMigration): Problem {
  return new Problem("migration_changed", `${row.name} was applied with sha256 ${row.sha256}, and ${file.name} now has ${file.sha256}`, {
    detail: { file: file.name, applied: row.sha256, found: file.sha256, appliedAt: row.appliedAt },
    hint: "Restore the file as it was applied, and put the change into a new migration.",
  });
}
