import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { Problem } from "../../errors/problem.ts";
import { type Client, openPool, withClient } from "../../postgres/connect.ts";
import { type CommandContext, commandGroup, type MountCommands } from "../../terminal/command.ts";
import { counted, print, printJson, printTable, remark } from "../../terminal/output.ts";
import { type Applied, applyConfiguration, rollbackConfiguration, writeAtomically } from "./apply.ts";
import { budgetOf } from "./budget.ts";
import { asFinding, checkFile, type FileFinding } from "./check-file.ts";
import { checkServer, runningSettings } from "./check-server.ts";
import { configurationFiles } from "./files.ts";
import { type TargetFlags, targetOf } from "./flags.ts";
import { renderedSettings } from "./rendered.ts";
import { primarySettings, type ServerFacts, serverFacts } from "./server-facts.ts";
import { leftOut } from "./settings/index.ts";
import { type Environment, environments, majors, type Target } from "./target.ts";
import { addTargetFlags } from "./target-command.ts";

/** `apg db configure`. */
export const mountConfigureCommand: MountCommands = (program, context) => {
  const command = commandGroup(program, "db", "the database: its schema and what keeps it in order")
    .command("configure")
    .description(
      "the server's configuration for an environment and a machine: prints apg-postgresql.conf, or writes, checks or applies all files",
    );
  addTargetFlags(command)
    .option("--standby-of <url>", "the primary of this standby, asked for what a standby must not be below")
    .option("--out <folder>", "write every file there: server, pg_hba, PgBouncer, pgBackRest, Patroni, systemd")
    .option("--check [file]", "compare the running server, or a postgresql.conf, with what would be written; exit code 1 when they differ")
    .option("--apply", "put the server's files in place, let the server judge them, and reload it")
    .option("--rollback", "put back what stood there before the last --apply")
    .option("--json", "as JSON, each value with its reason")
    .action((flags: Flags, own: Command) => configure(context, own, flags));
};

interface Flags extends TargetFlags {
  readonly standbyOf?: string;
  readonly out?: string;
  readonly check?: string | true;
  readonly apply?: true;
  readonly rollback?: true;
  readonly json?: true;
}

async function configure(context: CommandContext, command: Command, flags: Flags): Promise<void> {
  const needsServer = flags.apply === true || flags.rollback === true || flags.check === true;
  if (flags.rollback !== true) environmentOf(flags);
  if (flags.postgres !== undefined && needsServer)
    throw new Problem("invalid_input", "--postgres describes a server that is not asked", {
      hint: "Leave --postgres out for --apply, --rollback and --check of a running server.",
    });
  const named = context.settings(command).databaseUrl !== undefined;
  if (flags.postgres === undefined && !named && !needsServer)
    throw new Problem("invalid_input", "no server is named", {
      hint: `Give --database-url of the server this is for, or --postgres one of ${majors.join(", ")} for one that is not asked.`,
    });
  if (flags.postgres !== undefined) return answer(context, command, flags, null);
  await context.withDatabase(command, ({ database }) => withClient(database.admin, (client) => answer(context, command, flags, client)), {
    migrated: false,
  });
}

async function answer(context: CommandContext, command: Command, flags: Flags, client: Client | null): Promise<void> {
  if (flags.rollback === true && client !== null) return tellApplied(await rollbackConfiguration(client), flags);
  const facts = client === null ? null : await serverFacts(client);
  const target = await targetFrom(context, command, flags, facts);
  if (flags.check !== undefined) return check(flags, target, client);
  const files = configurationFiles(target, facts?.verifiers);
  if (flags.apply === true && client !== null) return tellApplied(await applyConfiguration(client, files), flags);
  if (flags.out !== undefined) return writeAll(flags.out, files, facts);
  const budget = budgetOf(target);
  if (flags.json === true)
    printJson({
      target: { ...target, build: { ...target.build, libraries: [...target.build.libraries] } },
      budget,
      settings: renderedSettings(target, budget),
      leftOut,
      files,
    });
  else print(files[0]?.text.trimEnd());
}

async function targetFrom(context: CommandContext, command: Command, flags: Flags, facts: ServerFacts | null): Promise<Target> {
  const primary = flags.standbyOf === undefined ? null : await askPrimary(flags.standbyOf);
  if (facts?.isStandby === true && primary === null)
    throw new Problem("invalid_input", "the server is a standby", {
      hint: "Give --standby-of postgres://… of its primary: it must not be below it.",
    });
  return targetOf(flags, environmentOf(flags), context.settings(command).poolSize, facts, primary);
}

function environmentOf({ environment }: Flags): Environment {
  if (environment !== undefined) return environment;
  throw new Problem("invalid_input", "no environment is given", { hint: `Give --environment one of ${environments.join(", ")}.` });
}

async function askPrimary(url: string) {
  const pool = openPool({ url, applicationName: "apg", max: 1 });
  try {
    return await withClient(pool, primarySettings);
  } finally {
    await pool.end();
  }
}

async function check(flags: Flags, target: Target, client: Client | null): Promise<void> {
  const expected = renderedSettings(target, budgetOf(target));
  const findings =
    typeof flags.check === "string"
      ? await checkOf(flags.check, target, client)
      : client === null
        ? []
        : (await checkServer(client, expected)).map(asFinding);
  if (flags.json === true) printJson({ findings });
  else tell(findings);
  if (findings.length > 0) process.exitCode = 1;
}

async function checkOf(path: string, target: Target, client: Client | null): Promise<readonly FileFinding[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new Problem("invalid_input", `${path} cannot be read`, {
      hint: "Give --check the path of a postgresql.conf, or no path for the running server.",
      cause,
    });
  });
  return checkFile(text, target, renderedSettings(target, budgetOf(target)), client === null ? null : await runningSettings(client));
}

function tell(findings: readonly FileFinding[]): void {
  for (const kind of ["error", "unsafe", "differs"] as const) {
    const some = findings.filter((finding) => finding.kind === kind);
    if (some.length === 0) continue;
    print(`${{ error: "Keeps the server from starting, or is not taken", unsafe: "Unsafe", differs: "Differs" }[kind]} (${some.length})`);
    printTable(
      [{ title: "line", align: "right" }, { title: "setting" }, { title: "found" }, { title: "expected" }, { title: "why" }],
      some.map(({ line, name, found, expected, note }) => [line === null ? "" : String(line), name, found ?? "", expected ?? "", note]),
    );
    print();
  }
  print(findings.length === 0 ? "as it should be" : counted(findings.length, "finding"));
}

async function writeAll(folder: string, files: ReturnType<typeof configurationFiles>, facts: ServerFacts | null): Promise<void> {
  try {
    for (const { path, text, mode } of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeAtomically(join(folder, path), text, undefined, mode);
    }
  } catch (cause) {
    throw new Problem("configuration_refused", `${folder} cannot be written`, { hint: "Give --out a folder that may be written.", cause });
  }
  for (const { path } of files) print(join(folder, path));
  if (facts === null || facts.verifiers.size === 0)
    remark(
      "userlist.txt is empty: without --postgres, as an administrator of the running server, it gets the verifiers of the server's roles.",
    );
}

function tellApplied({ changed, previous, restart }: Applied, flags: Flags): void {
  if (flags.json === true) {
    printJson({ changed, previous, restart });
    return;
  }
  if (changed.length === 0) print("nothing to change");
  for (const path of changed) print(`written: ${path}`);
  if (previous !== null) print(`what stood there: ${previous}\nreloaded`);
  if (restart.length > 0) print(`after a restart: ${restart.join(", ")}`);
}
