import type { Command } from "commander";
import { commandActor } from "../terminal/actor.ts";
import { commandGroup, type MountCommands } from "../terminal/command.ts";
import { counted, print, remark } from "../terminal/output.ts";
import { reportError } from "../terminal/report-error.ts";
import { keyPlace, mountAuditKeysCommands } from "./keys-commands.ts";
import { mountListCommand } from "./list-command.ts";
import { mountProofCommands } from "./proof/commands.ts";
import { mountRetireCommand } from "./retire/commands.ts";
import type { Block } from "./seals/block.ts";
import { recordRestore } from "./seals/head-file.ts";
import { sealAll, startSealer } from "./seals/sealer.ts";
import { openSigningKey } from "./seals/signing-key.ts";
import { mountStatusCommand } from "./status-command.ts";
import { mountVerifyCommand } from "./verify/commands.ts";

/** `apg audit seal|status|verify|list|proof|check-proof|keys|retire|restored` */
export const mountAuditCommands: MountCommands = (program, context) => {
  const group = commandGroup(program, "audit", "the trail of changes: sealing, verifying and proving it");

  group
    .command("seal")
    .description("seal what is not sealed yet; apg start does so all the time")
    .option("--watch", "go on until stopped")
    .action((flags: { watch?: true }, command: Command) =>
      context.withDatabase(command, async ({ database, settings }) => {
        // Made or refused before there is anything to sign.
        openSigningKey(keyPlace(settings));
        const options = { key: keyPlace(settings), dataDir: settings.dataDir };
        const onBlock = (block: Block) => print(line(block));
        if (flags.watch === true) return watch(database.sealer, { ...options, alarmSeconds: settings.auditLagAlarm }, onBlock);
        const made = await sealAll(database.sealer, options, onBlock);
        if (made === null) print("another sealer is at work");
        else if (made === 0) print("everything is sealed");
      }),
    );

  mountStatusCommand(group, context);
  mountVerifyCommand(group, context);
  mountListCommand(group, context);
  mountProofCommands(group, context);

  mountAuditKeysCommands(group, context);
  mountRetireCommand(group, context);

  group
    .command("restored")
    .description("say that this database was restored to an earlier time: the sealer records a fork instead of an alarm")
    .requiredOption("--reason <text>", "why, and from what; it is signed into the chain")
    .action((flags: { reason: string }, command: Command) => {
      const { dataDir } = context.settings(command);
      recordRestore(dataDir, { reason: flags.reason, actor: commandActor(), at: new Date().toISOString() });
      print("recorded; the next seal names what was lost");
    });
};

async function watch(
  pool: Parameters<typeof startSealer>[0],
  options: Parameters<typeof startSealer>[1],
  onBlock: (block: Block) => void,
): Promise<void> {
  const stopped = new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  const keepAlive = setInterval(() => {}, 60_000);
  const sealer = startSealer(pool, {
    ...{ ...options, onBlock },
    onTrouble: (error) => void reportError(error),
    onCaughtUp: () => remark("the audit trail is sealed again as fast as it is written"),
  });
  remark("sealing; stop with Ctrl-C");
  await stopped;
  await sealer.stop();
  clearInterval(keepAlive);
}

function line(block: Block): string {
  const what = block.kind === "fork" ? `fork (${block.reason}), ` : "";
  return `block ${block.number}: ${what}${counted(block.rows, "row")}, ${block.hash.toString("hex").slice(0, 16)}…`;
}
