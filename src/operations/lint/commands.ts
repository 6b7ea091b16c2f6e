import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { Problem } from "../../errors/problem.ts";
import { withClient } from "../../postgres/connect.ts";
import { commandGroup, type MountCommands } from "../../terminal/command.ts";
import { counted, print, printJson } from "../../terminal/output.ts";
import { databaseFolder, readMigrations } from "../migrate/migration-files.ts";
import { type Check, type Level, levels, reaches } from "./check.ts";
import { readChecks } from "./check-files.ts";
import { readExceptions } from "./exceptions.ts";
import { type LintReport, lintDatabase } from "./lint.ts";
import type { Program } from "./program.ts";
import { lintPrograms, type ProgramOptions } from "./programs.ts";
import { fixScript, reportDocument, reportText } from "./report.ts";
import { sarifOf } from "./sarif.ts";

interface Flags {
  readonly json?: true;
  readonly sarif?: true;
  readonly fix?: true;
  readonly all?: true;
  readonly check?: readonly string[];
  readonly hba?: string;
  readonly pgbouncerIni?: string;
  readonly pgbouncerVersion?: string;
  readonly failOn: Level | "never";
}

/** `apg db lint`. */
export const mountLintCommand: MountCommands = (program, context) => {
  commandGroup(program, "db", "the database: its schema and what keeps it in order")
    .command("lint")
    .description("what is wrong with design and privileges of a database, why, and the SQL that cures it (docs/reference/checks.md)")
    .option("--json", "as JSON")
    .addOption(new Option("--sarif", "as SARIF 2.1.0, for code scanning").conflicts("json"))
    .addOption(new Option("--fix", "print only the SQL that cures; nothing is changed").conflicts(["json", "sarif"]))
    .option("--all", "show also what database/checks/exceptions.json says is meant to be so")
    .option("--check <name...>", "only these checks, by name or number")
    .option("--hba <file>", "judge this pg_hba.conf, not the server's own")
    .option("--pgbouncer-ini <file>", "judge this pgbouncer.ini too, with the auth_file it names")
    .option("--pgbouncer-version <version>", "what PgBouncer it is for, such as 1.24.1")
    .addOption(new Option("--fail-on <level>", "exit code 1 from this level on").choices([...levels, "never"]).default("error"))
    .action((flags: Flags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const programs = lintPrograms(database.app, programOptions(flags));
        const asked = chosen([...(await readChecks()), ...programs.flatMap((program) => program.checks)], flags.check);
        const exceptions = await readExceptions();
        const report = await withClient(database.admin, (client) =>
          lintDatabase(client, { checks: asked.filter(({ sql }) => sql !== ""), exceptions, programs: narrowed(programs, asked) }),
        );
        await show(report, flags);
        answer(report, flags.failOn);
      }),
    );
};

function programOptions({ hba, pgbouncerIni, pgbouncerVersion }: Flags): ProgramOptions {
  return {
    ...(hba === undefined ? {} : { hbaFile: hba }),
    ...(pgbouncerIni === undefined ? {} : { pgbouncerIni }),
    ...(pgbouncerVersion === undefined ? {} : { pgbouncerVersion }),
  };
}

/** The programs that have a check that was asked for, each answering for those alone. */
function narrowed(programs: readonly Program[], asked: readonly Check[]): Program[] {
  return programs.flatMap((program) => {
    const checks = program.checks.filter((check) => asked.includes(check));
    const ask: Program["ask"] = async (server) => (await program.ask(server)).filter(({ check }) => checks.includes(check));
    return checks.length === 0 ? [] : [{ checks, ask }];
  });
}

function chosen(checks: readonly Check[], wanted: readonly string[] | undefined): readonly Check[] {
  if (wanted === undefined) return checks;
  return wanted.map((word) => {
    const check = checks.find(({ id, name }) => word === id || word === name);
    if (check === undefined)
      throw new Problem("invalid_input", `there is no check ${word}`, { hint: "docs/reference/checks.md lists them by number and name." });
    return check;
  });
}

async function show(report: LintReport, flags: Flags): Promise<void> {
  if (flags.json === true) printJson(reportDocument(report));
  else if (flags.sarif === true) printJson(sarifOf(report, await readMigrations(), await programVersion()));
  else if (flags.fix === true) print(fixScript(report.findings));
  else print(reportText(report, flags.all === true));
}

/** A run in which a check could not answer is no answer, whatever the others found. */
function answer(report: LintReport, failOn: Level | "never"): void {
  if (report.failed.length > 0)
    throw new Problem("check_failed", `${counted(report.failed.length, "check")} could not run: ${told(report)}`, {
      detail: { failed: report.failed.map(({ check }) => check.name) },
      hint: "Run apg db lint as a superuser; a check that still fails is a defect of its file.",
    });
  if (failOn !== "never" && report.findings.some(({ level }) => reaches(level, failOn))) process.exitCode = 1;
}

function told({ failed }: LintReport): string {
  return failed.map(({ check, error }) => `${check.id} ${check.name} (${error})`).join("; ");
}

async function programVersion(): Promise<string> {
  return (JSON.parse(await readFile(`${databaseFolder}../package.json`, "utf8")) as { version: string }).version;
}
