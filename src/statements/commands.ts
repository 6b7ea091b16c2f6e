import { commandGroup, type MountCommands } from "../terminal/command.ts";
import { printAwaited } from "../terminal/output.ts";
import { readFiles } from "./read-files.ts";

/** `apg statement …` */
export const mountStatementCommands: MountCommands = (program) => {
  commandGroup(program, "statement", "read bank statement files")
    .command("read")
    .description("show what statement files say and whether they add up; needs no database")
    .argument("<file...>", "statement files, or folders that hold them; what a file is, is told by its content")
    .option("--json", "one JSON array with an object a file (docs/reference/statement-read.md)")
    .action(async (paths: string[], options: { json?: true }) => {
      const { refused } = await readFiles(paths, options.json === true, printAwaited);
      if (refused > 0) process.exitCode = 2;
    });
};
