import type { ClientBase } from "pg";
import { type MigrationFile, readMigrations } from "./migration-files.ts";
import { type AppliedMigration, appliedMigrations, pendingMigrations } from "./plan.ts";

export interface PartitionHorizon {
  readonly parent: string;
  readonly partitions: bigint;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  /** Days ahead that can still take a row. */
  readonly daysLeft: number | null;
}

export interface MigrationStatus {
  readonly version: string;
  readonly applied: readonly AppliedMigration[];
  readonly pending: readonly string[];
  readonly horizons: readonly PartitionHorizon[];
}

/** How far the database is, without changing anything. @throws Problem `migration_changed`, `database_ahead` */
export async function migrationStatus(admin: ClientBase, folder?: string): Promise<MigrationStatus> {
  const files: readonly MigrationFile[] = await readMigrations(folder);
  const version = await admin.query<{ version: string }>("select current_setting('server_version') as version");
  const applied = await appliedMigrations(admin);
  return {
    version: version.rows[0]?.version ?? "unknown",
    applied,
    pending: pendingMigrations(files, applied).map(({ name }) => name),
    horizons: await partitionHorizons(admin),
  };
}

async function partitionHorizons(admin: ClientBase): Promise<PartitionHorizon[]> {
  const known = await admin.query<{ found: boolean }>("select to_regclass('maintenance.partition_horizons') is not null as found");
  if (known.rows[0]?.found !== true) return [];
  const { rows } = await admin.query<PartitionHorizon>(
    `select parent, partitions, first_day as "firstDay", last_day as "lastDay", days_left as "daysLeft"
     from maintenance.partition_horizons
     order by parent`,
  );
  return rows;
}
