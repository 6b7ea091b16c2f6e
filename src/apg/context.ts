import { Problem } from "../errors/problem.ts";
import { migrateDatabase } from "../operations/migrate/migrate-database.ts";
import { readMigrations } from "../operations/migrate/migration-files.ts";
import { appliedMigrations, pendingMigrations } from "../operations/migrate/plan.ts";
import { withClient } from "../postgres/connect.ts";
import { type Database, openDatabase } from "../postgres/database.ts";
import type { CommandContext } from "../terminal/command.ts";
import { remark } from "../terminal/output.ts";
import { settingsOf } from "../terminal/setting-flags.ts";

/** What the program hands to each domain's commands. */
export const commandContext: CommandContext = {
  settings: (command) => settingsOf(command).settings,
  async withDatabase(command, work, options = {}) {
    const { settings } = settingsOf(command);
    const database = await openDatabase(settings, { note: remark });
    try {
      if (options.migrated !== false) await requireMigrated(database);
      return await work({ database, settings });
    } finally {
      await database.stop();
    }
  },
};

/** The embedded database is ours alone and is brought up to date; a server of somebody's only when told to. */
async function requireMigrated(database: Database): Promise<void> {
  const files = await readMigrations();
  const pending = await withClient(database.admin, async (client) => pendingMigrations(files, await appliedMigrations(client)));
  if (pending.length === 0) return;
  if (database.kind === "embedded") {
    await migrateDatabase(database);
    return;
  }
  throw new Problem("database_not_migrated", `${database.place} lacks ${pending.length} migrations of this program`, {
    detail: { pending: pending.map(({ name }) => name) },
    hint: "Run apg db migrate first.",
  });
}
