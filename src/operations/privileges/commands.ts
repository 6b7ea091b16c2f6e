import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { withClient } from "../../postgres/connect.ts";
import { commandGroup, type MountCommands } from "../../terminal/command.ts";
import { counted, print, printJson, remark } from "../../terminal/output.ts";
import { databaseFolder } from "../migrate/migration-files.ts";
import { compareMatrices, type Difference } from "./compare.ts";
import { committedMatrixText, matrixFile, matrixText, parseMatrix } from "./matrix.ts";

/** `apg db privileges`. */
export const mountPrivilegesCommand: MountCommands = (program, context) => {
  commandGroup(program, "db", "the database: its schema and what keeps it in order")
    .command("privileges")
    .description("what each role can really do, compared with database/privileges.txt; exit code 1 when anybody gained or lost something")
    .option("--json", "as JSON")
    .option("--sql", "print only the SQL that restores what was committed; nothing is changed")
    .option("--show", "print the whole matrix as it is")
    .option("--write", "accept: write it to database/privileges.txt")
    .action((flags: Flags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const text = await withClient(database.admin, (client) => matrixText(client));
        if (flags.show === true) print(text.trimEnd());
        else if (flags.write === true) await accept(text);
        else compare(text, await committedMatrixText(), flags);
      }),
    );
};

interface Flags {
  readonly json?: true;
  readonly sql?: true;
  readonly show?: true;
  readonly write?: true;
}

async function accept(text: string): Promise<void> {
  await writeFile(`${databaseFolder}${matrixFile}`, text);
  print(`database/${matrixFile} written (${counted(parseMatrix(text).size, "object")})`);
}

function compare(text: string, committed: string, flags: Flags): void {
  const found = parseMatrix(text);
  const differences = compareMatrices(parseMatrix(committed), found);
  const restore = [...new Set(differences.flatMap(({ restore }) => (restore === null ? [] : [restore])))];
  if (flags.json === true) printJson({ objects: found.size, differences, restore });
  else if (flags.sql === true) print(restore.join("\n"));
  else {
    for (const difference of differences) print(sentence(difference));
    if (restore.length > 0) print(`\nto restore what was committed:\n${restore.join("\n")}`);
    if (differences.length > 0) remark("hint: meant to be so? Review it, then apg db privileges --write.");
    print(`${counted(found.size, "object")}, ${counted(differences.length, "difference")}`);
  }
  if (differences.length > 0) process.exitCode = 1;
}

function sentence({ subject, kind, role, privilege, through }: Difference): string {
  switch (kind) {
    case "gained":
    case "lost":
      return `${role} ${kind} ${privilege} on ${subject}${through === null ? "" : `, through ${through}`}`;
    case "owner":
      return `${subject} now belongs to ${role}`;
    case "definer":
      return `${subject} runs with other rights than before`;
    default:
      return `${subject}: ${kind}`;
  }
}
