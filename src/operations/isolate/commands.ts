import type { Command } from "commander";
import { commandGroup, type MountCommands } from "../../terminal/command.ts";
import { printJson } from "../../terminal/output.ts";
import { printProof } from "./proof-table.ts";
import { proveIsolation } from "./prove.ts";

interface Flags {
  readonly json?: true;
  readonly verbose?: true;
  readonly table: readonly string[];
  readonly role: readonly string[];
}

/** `apg db prove isolation`. */
export const mountProveCommands: MountCommands = (program, context) => {
  const prove = commandGroup(
    commandGroup(program, "db", "the database: its schema and what keeps it in order"),
    "prove",
    "attack the database, and show that it holds",
  );
  prove
    .command("isolation")
    .description(
      "attack every table as every role to reach another tenant, roll it all back; exit code 1 on a single leak (docs/operate/prove-isolation.md)",
    )
    .option("--table <table>", "only this table, with its partitions; may be given several times", several, [])
    .option("--role <role>", "only as this role; may be given several times", several, [])
    .option("--verbose", "every leak with all its commands, contexts and partitions")
    .option("--json", "as JSON")
    .action((flags: Flags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const proof = await proveIsolation(database.admin, { tables: flags.table, roles: flags.role });
        if (flags.json === true) printJson(proof);
        else printProof(proof, flags.verbose === true);
        if (!proof.proven) process.exitCode = 1;
      }),
    );
};

function several(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
