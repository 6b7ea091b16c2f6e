import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { Problem } from "../../errors/problem.ts";
import { withClient } from "../../postgres/connect.ts";
import { tenantRead } from "../../postgres/transaction.ts";
import { commandActor } from "../../terminal/actor.ts";
import type { CommandContext } from "../../terminal/command.ts";
import { print, printJson } from "../../terminal/output.ts";
import { readPublicKeys } from "../seals/signing-key.ts";
import { checkProof } from "./check-proof.ts";
import { proveEntry, tenantOfEntry } from "./proof.ts";

/** `apg audit proof` and `apg audit check-proof`. */
export function mountProofCommands(group: Command, context: CommandContext): void {
  group
    .command("proof")
    .description("print the proof that an entry was sealed, for an auditor")
    .requiredOption("--entry <id>", "its number, as apg audit list shows it")
    .option("--tenant <tenant>", "whose entry; without it an administrator's connection looks it up")
    .action((flags: { entry: string; tenant?: string }, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        if (!/^\d{1,18}$/.test(flags.entry)) throw new Problem("invalid_input", `"${flags.entry}" is not the number of an entry`);
        const id = BigInt(flags.entry);
        const { tenant } = flags;
        printJson(
          tenant === undefined
            ? await withClient(database.admin, async (client) => proveEntry(client, (await tenantOfEntry(client, id)) ?? "*", id))
            : await tenantRead(database.app, { tenantId: tenant, actor: commandActor() }, (tx) => proveEntry(tx, tenant, id)),
        );
      }),
    );

  group
    .command("check-proof")
    .description("check a proof offline: needs the file and the public key, no database; exit code 1 names what does not hold")
    .argument("<file>", "the proof, as apg audit proof printed it")
    .requiredOption("--public-key <file>", "public keys to trust (PEM), as apg audit keys --export wrote them")
    .option("--json", "as JSON")
    .action((path: string, flags: { publicKey: string; json?: true }) => {
      const verdict = checkProof(readProofFile(path), readPublicKeys(flags.publicKey));
      if (flags.json === true) printJson(verdict);
      else if (verdict.holds) {
        print(
          `holds: sealed in block ${verdict.block.number} at ${verdict.block.sealedAt}, signed with key ${verdict.block.key}${followedKeys(verdict.keys)}\n`,
        );
        for (const [column, value] of Object.entries(verdict.row))
          if (value !== null) print(`  ${column.padEnd(16)}${typeof value === "string" ? value : JSON.stringify(value)}`);
      } else print(`does not hold: ${verdict.part}: ${verdict.what}`);
      if (!verdict.holds) process.exitCode = 1;
    });
}

function followedKeys(keys: readonly string[]): string {
  return keys.length < 2 ? "" : `, which key ${keys[0]} leads to: ${keys.join(" → ")}`;
}

function readProofFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Problem("invalid_input", `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
