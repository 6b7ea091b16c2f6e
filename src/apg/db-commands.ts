import type { Command } from "commander";
import { readMigrations } from "../operations/migrate/migration-files.ts";
import { appliedMigrations, pendingMigrations } from "../operations/migrate/plan.ts";
import { withClient } from "../postgres/connect.ts";
import type { Database } from "../postgres/database.ts";
import { type CommandContext, commandGroup, type MountCommands } from "../terminal/command.ts";
import { counted, print, printJson, printTable } from "../terminal/output.ts";
import { migrateDatabase } from "./context.ts";

/** `apg db migrate|status` */
export const mountDatabaseCommands: MountCommands = (program, context) => {
  const group = commandGroup(program, "db", "the database: its schema and what is applied");
  group
    .command("migrate")
    .description("bring the database to this program's schema")
    .option("--dry-run", "only say what would be applied")
    .action((flags: { dryRun?: true }, command: Command) => migrate(context, command, flags.dryRun === true));
  group
    .command("status")
    .description("which migrations are applied; exit code 1 when some are not")
    .option("--json", "as JSON")
    .action((flags: { json?: true }, command: Command) => status(context, command, flags.json === true));
};

function migrate(context: CommandContext, command: Command, dryRun: boolean): Promise<void> {
  return context.withDatabase(
    command,
    async ({ database }) => {
      const { pending } = await plan(database);
      if (dryRun) {
        for (const { name } of pending) print(`would apply ${name}`);
        print(`${counted(pending.length, "migration")} to apply in ${database.place}`);
        return;
      }
      const { applied, partitions } = await migrateDatabase(database);
      for (const name of applied) print(`applied ${name}`);
      print(`${counted(applied.length, "migration")} applied, ${counted(partitions, "partition")} made in ${database.place}`);
    },
    { migrated: false },
  );
}

function status(context: CommandContext, command: Command, json: boolean): Promise<void> {
  return context.withDatabase(
    command,
    async ({ database }) => {
      const { applied, pending } = await plan(database);
      const { place, kind, version } = database;
      if (json) printJson({ place, kind, version: version.text, applied, pending: pending.map(({ name }) => name) });
      else {
        print(`${place} (${kind}, PostgreSQL ${version.text})`);
        printTable(
          [{ title: "migration" }, { title: "applied at" }, { title: "by" }, { title: "ms", align: "right" }],
          [
            ...applied.map((row) => [row.name, row.appliedAt, row.appliedBy, String(row.durationMs)]),
            ...pending.map(({ name }) => [name, "not yet", "", ""]),
          ],
        );
      }
      if (pending.length > 0) process.exitCode = 1;
    },
    { migrated: false },
  );
}

async function plan(database: Database) {
  const files = await readMigrations();
  return withClient(database.admin, async (client) => {
    const applied = await appliedMigrations(client);
    return { applied, pending: pendingMigrations(files, applied) };
  });
}
