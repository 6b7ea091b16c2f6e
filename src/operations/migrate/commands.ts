import { readFile, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { Problem } from "../../errors/problem.ts";
import { withClient } from "../../postgres/connect.ts";
import type { Database } from "../../postgres/database.ts";
import { commandGroup, type MountCommands } from "../../terminal/command.ts";
import { counted, print, printJson, printTable } from "../../terminal/output.ts";
import { pendingVerdicts, type Verdict } from "../privileges/verdict.ts";
import { migrateDatabase } from "./migrate-database.ts";
import { databaseFolder } from "./migration-files.ts";
import { dumpSchema } from "./schema-dump.ts";
import { type MigrationStatus, migrationStatus } from "./status.ts";

/** `apg db migrate`, `apg db status`, `apg db schema`. */
export const mountDatabaseCommands: MountCommands = (program, context) => {
  const group = commandGroup(program, "db", "the database: its schema and what keeps it in order");
  const unmigrated = { migrated: false };

  group
    .command("migrate")
    .description("bring the schema up to this program, and partitions up to their horizon")
    .option("--dry-run", "say what would be applied and whether it tightens or loosens who may do what, and change nothing")
    .action((flags: { dryRun?: true }, command: Command) =>
      context.withDatabase(command, ({ database }) => (flags.dryRun === true ? reportPending(database) : migrateNow(database)), unmigrated),
    );

  group
    .command("status")
    .description("what is applied, what is pending, and how far partitions reach; exit code 1 when something is pending")
    .option("--json", "as JSON")
    .action((flags: { json?: true }, command: Command) =>
      context.withDatabase(
        command,
        async ({ database }) => {
          const status = await withClient(database.admin, (client) => migrationStatus(client));
          if (flags.json === true) printJson({ place: database.place, kind: database.kind, ...status });
          else report(database, status);
          if (status.pending.length > 0) process.exitCode = 1;
        },
        unmigrated,
      ),
    );

  group
    .command("schema")
    .description("write what the migrations make to database/schema.sql")
    .option("--check", "write nothing; exit code 1 when the file is stale")
    .action((flags: { check?: true }, command: Command) =>
      context.withDatabase(command, ({ database }) => writeSchema(database, flags.check === true)),
    );
};

async function migrateNow(database: Database): Promise<void> {
  const done = await migrateDatabase(database, print);
  print(`${database.place}: ${counted(done.applied.length, "migration")} applied, ${counted(done.partitions, "partition")} made`);
}

async function reportPending(database: Database): Promise<void> {
  const { pending } = await withClient(database.admin, (client) => migrationStatus(client));
  const verdicts = pending.length === 0 ? [] : await withClient(database.admin, (client) => pendingVerdicts(client));
  for (const verdict of verdicts) {
    if (pending.includes(verdict.name)) print(`would apply ${verdict.name}${verdict.verdict === "neither" ? "" : `: ${said(verdict)}`}`);
    else if (verdict.changes.length > 0) print(`would run ${verdict.name}: ${said(verdict)}`);
    for (const { effect, what } of verdict.changes) print(`  ${effect}: ${what}`);
  }
  print(`${database.place}: ${counted(pending.length, "migration")} pending`);
}

function said({ verdict, reason }: Verdict): string {
  return `${verdict === "both" ? "tightens and loosens" : verdict}${reason === null ? "" : ` (${reason})`}`;
}

function report(database: Database, status: MigrationStatus): void {
  print(`${database.place} (${database.kind}, PostgreSQL ${status.version})\n`);
  printTable(
    [{ title: "migration" }, { title: "applied at" }, { title: "by" }, { title: "ms", align: "right" }],
    [
      ...status.applied.map(({ name, appliedAt, appliedBy, durationMs }) => [name, appliedAt, appliedBy, String(durationMs)]),
      ...status.pending.map((name) => [name, "pending", "", ""]),
    ],
  );
  print();
  printTable(
    [
      { title: "partitioned table" },
      { title: "parts", align: "right" },
      { title: "from" },
      { title: "to" },
      { title: "days left", align: "right" },
    ],
    status.horizons.map((row) => [
      row.parent,
      String(row.partitions),
      row.firstDay ?? "-",
      row.lastDay ?? "-",
      String(row.daysLeft ?? "-"),
    ]),
  );
}

async function writeSchema(database: Database, check: boolean): Promise<void> {
  const path = `${databaseFolder}schema.sql`;
  const text = await withClient(database.admin, (client) => dumpSchema(client));
  const before = await readFile(path, "utf8").catch(() => "");
  if (before === text) {
    print("database/schema.sql is up to date");
  } else if (check) {
    throw new Problem("schema_stale", "database/schema.sql is not what the migrations make", { hint: "Run apg db schema." });
  } else {
    await writeFile(path, text);
    print(`database/schema.sql written (${counted(text.split("\n").length - 1, "line")})`);
  }
}
