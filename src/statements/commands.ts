import { Problem } from "../errors/problem.ts";
import { currencyExponent } from "../money/currencies.ts";
import { commandGroup, type MountCommands } from "../terminal/command.ts";
import { printAwaited } from "../terminal/output.ts";
import { explainFiles } from "./explain-table.ts";
import { choicesFrom } from "./profiles/choices-file.ts";
import { readFiles } from "./read-files.ts";
import type { Said } from "./said.ts";

interface ReadOptions {
  readonly json?: true;
  readonly explain?: true;
  readonly account?: string;
  readonly currency?: string;
  readonly profile?: string;
}

/** `apg statement read` */
export const mountStatementCommands: MountCommands = (program) => {
  commandGroup(program, "statement", "read bank statement files")
    .command("read")
    .description("show what statement files say and whether they add up; needs no database")
    .argument("<file...>", "statement files, or folders that hold them; what a file is, is told by its content")
    .option("--json", "one JSON array with an object a file (docs/reference/statement-read.md)")
    .option("--explain", "how a table (CSV, XLSX) is read: its columns, what decided, what is open")
    .option("--account <number>", "whose the files are, where they name no account")
    .option("--currency <code>", "their currency, where they name none")
    .option("--profile <file>", "how tables are to be read: JSON, as apg statement profile show prints it")
    .action(async (paths: string[], options: ReadOptions) => {
      const said = await saidBy(options);
      const json = options.json === true;
      const { refused } =
        options.explain === true ? await explainFiles(paths, json, printAwaited, said) : await readFiles(paths, json, printAwaited, said);
      if (refused > 0) process.exitCode = 2;
    });
};

async function saidBy({ account, currency, profile }: ReadOptions): Promise<Said> {
  const number = account?.replace(/\s+/g, "");
  const code = currency?.toUpperCase();
  if (code !== undefined && currencyExponent(code) === undefined)
    throw new Problem("unknown_currency", `"${code}" is not an ISO 4217 currency`, { hint: "Such as --currency EUR." });
  return {
    account: number === undefined ? null : { number, numbers: [number] },
    currency: code ?? null,
    ...(profile === undefined ? {} : { choices: (await choicesFrom(profile)).table }),
  };
}
