import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { Settings } from "../settings/list.ts";
import { commandActor } from "../terminal/actor.ts";
import { commandGroup, type MountCommands } from "../terminal/command.ts";
import { counted, print, printJson, printTable, remark } from "../terminal/output.ts";
import { reportError } from "../terminal/report-error.ts";
import { mountListCommand } from "./list-command.ts";
import { mountProofCommands } from "./proof/commands.ts";
import type { Block } from "./seals/block.ts";
import { recordRestore } from "./seals/head-file.ts";
import { sealAll, startSealer } from "./seals/sealer.ts";
import { openSigningKey, ownPublicKeys } from "./seals/signing-key.ts";
import { mountStatusCommand } from "./status-command.ts";
import { mountVerifyCommand } from "./verify/commands.ts";

/** `apg audit seal|status|verify|list|proof|check-proof|keys|restored` */
export const mountAuditCommands: MountCommands = (program, context) => {
  const group = commandGroup(program, "audit", "the trail of changes: sealing, verifying and proving it");

  group
    .command("seal")
    .description("seal what is not sealed yet; apg start does so all the time")
    .option("--watch", "go on until stopped")
    .action((flags: { watch?: true }, command: Command) =>
      context.withDatabase(command, async ({ database, settings }) => {
        const options = { key: openSigningKey(keyPlace(settings)), dataDir: settings.dataDir };
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

  group
    .command("keys")
    .description("the keys that signed, and the public ones to hand to an auditor")
    .option("--export <file>", "write the public keys this machine signed with, as PEM")
    .option("--json", "as JSON")
    .action((flags: { export?: string; json?: true }, command: Command) =>
      context.withDatabase(command, async ({ database, settings }) => {
        const own = ownPublicKeys(keyPlace(settings));
        if (flags.export !== undefined) {
          writeFileSync(flags.export, own.map(({ publicKey }) => publicKey.export({ type: "spki", format: "pem" })).join(""));
          remark(`${counted(own.length, "public key")} written to ${flags.export}`);
        }
        const { rows } = await database.admin.query<{ key_id: string; since: string; blocks: bigint; last: string | null }>(
          `select key.key_id, key.created_at as since, count(block.number) as blocks, max(block.sealed_at) as last
           from audit.signing_keys as key
           left join audit.blocks as block on block.key_id = key.key_id
           group by key.key_id
           order by key.created_at`,
        );
        const keys = rows.map((row) => ({ key: row.key_id, own: own.some(({ id }) => id === row.key_id), ...row }));
        if (flags.json === true)
          printJson(keys.map(({ key, own: mine, since, blocks, last }) => ({ key, own: mine, since, blocks, last })));
        else
          printTable(
            [{ title: "key" }, { title: "of this machine" }, { title: "since" }, { title: "blocks", align: "right" }, { title: "last" }],
            keys.map(({ key, own: mine, since, blocks, last }) => [key, mine ? "yes" : "no", since, `${blocks}`, last ?? "-"]),
          );
      }),
    );

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

export function keyPlace({ dataDir, auditKeyFile }: Pick<Settings, "dataDir" | "auditKeyFile">) {
  return { dataDir, file: auditKeyFile };
}

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
