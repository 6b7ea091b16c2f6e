import { type Command, InvalidArgumentError } from "commander";
import { Problem } from "../../errors/problem.ts";
import type { Pool } from "../../postgres/connect.ts";
import type { CommandContext } from "../../terminal/command.ts";
import { counted, print, printJson, remark } from "../../terminal/output.ts";
import { startProgress } from "../../terminal/progress.ts";
import { readHead, readRestore } from "../seals/head-file.ts";
import { ownPublicKeys, readPublicKeys, type TrustedKey } from "../seals/signing-key.ts";
import { rememberedStatements } from "../seals/statement-file.ts";
import type { Verdict } from "./verify.ts";
import { verifyDatabase } from "./verify-database.ts";

interface VerifyFlags {
  readonly from?: string;
  readonly to?: string;
  readonly publicKey?: string;
  readonly maxLag: number;
  readonly json?: true;
}

/** `apg audit verify` */
export function mountVerifyCommand(group: Command, context: CommandContext): void {
  group
    .command("verify")
    .description("check every row against its seal and every seal against its signature; exit code 1 names what does not hold")
    .option("--from <block>", "first block: its number, or a day (UTC)")
    .option("--to <block>", "last block: its number, or a day (UTC)")
    .option("--public-key <file>", "trust the public keys of this file (PEM) only; default: those this machine signed with")
    .option("--max-lag <seconds>", "how long a finished change may go without a seal", wholeSeconds, 10)
    .option("--json", "as JSON")
    .action((flags: VerifyFlags, command: Command) =>
      context.withDatabase(command, async ({ database, settings }) => {
        const trusted = trustedKeys(flags, settings);
        const progress = flags.json === true ? null : startProgress(0, { unit: "rows" });
        const verdict = await verifyDatabase(database.admin, {
          trusted,
          statements: rememberedStatements(settings.dataDir),
          known: readHead(settings.dataDir),
          restore: readRestore(settings.dataDir),
          from: await blockAt(database.admin, flags.from, "first"),
          to: await blockAt(database.admin, flags.to, "last"),
          maxLagSeconds: flags.maxLag,
          onProgress: (rows, block) => progress?.at(rows, `block ${block}`, rows),
        });
        progress?.end();
        if (flags.json === true) printJson({ ...verdict, unsealed: { ...verdict.unsealed, last: undefined } });
        else report(verdict);
        if (!verdict.intact) process.exitCode = 1;
      }),
    );
}

function trustedKeys(flags: VerifyFlags, settings: { dataDir: string; auditKeyFile: string | undefined }): TrustedKey[] {
  if (flags.publicKey !== undefined) return readPublicKeys(flags.publicKey);
  const own = ownPublicKeys({ dataDir: settings.dataDir, file: settings.auditKeyFile });
  if (own.length > 0) return own;
  throw new Problem("audit_key_unusable", "this machine never sealed this trail, so it has no public key to trust", {
    hint: "Give the auditor's copy with --public-key=FILE; apg audit keys --export FILE writes it where the sealer runs.",
  });
}

async function blockAt(admin: Pool, text: string | undefined, which: "first" | "last"): Promise<bigint | undefined> {
  if (text === undefined) return undefined;
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new Problem("invalid_input", `"${text}" is neither the number of a block nor a day`, {
      hint: "Such as --from=120 or --from=2026-03-01.",
    });
  const day = "$1::date::timestamp at time zone 'UTC'";
  const question =
    which === "first"
      ? `select min(number) as number from audit.blocks where sealed_at >= ${day}`
      : `select max(number) as number from audit.blocks where sealed_at < ${day} + interval '1 day'`;
  const found = await admin.query<{ number: bigint | null }>(question, [text]);
  const number = found.rows[0]?.number ?? null;
  if (number === null) throw new Problem("not_found", `no block was sealed ${which === "first" ? "from" : "up to"} ${text}`);
  return number;
}

function report(verdict: Verdict): void {
  const { head, unsealed } = verdict;
  print(
    `${counted(verdict.rows, "row")} in ${counted(verdict.blocks, "block")} checked in ${verdict.seconds.toFixed(1)} s (${verdict.rowsPerSecond} rows/s)`,
  );
  if (head !== null) print(`head: block ${head.number} of ${head.sealedAt}, ${head.hash}`);
  if (unsealed.rows > 0) print(`${counted(unsealed.rows, "row")} not sealed yet`);
  for (const fork of verdict.forks)
    print(
      `fork: block ${fork.number} of ${fork.at}: ${fork.reason}${fork.lost === null ? "" : `; blocks up to ${fork.lost} were known and are gone`}`,
    );
  for (const { key, replaces, after, at, endorsed, by, reason } of verdict.keys)
    print(
      endorsed
        ? `key: behind block ${after} ${key} signs, endorsed by ${replaces} at ${at} (${by}: ${reason})`
        : `key break: behind block ${after} ${key} signs, endorsed by nobody: ${replaces} was lost, said ${by} at ${at} (${reason})`,
    );
  for (const { part, from, to, rows, at, by, reason, firstBlock, lastBlock } of verdict.retired)
    print(
      `retired by policy on ${at.slice(0, 10)}: ${part}, ${from.slice(0, 10)} until before ${to.slice(0, 10)}, ${counted(rows, "row")}` +
        `${firstBlock === null ? "" : ` of blocks ${firstBlock} to ${lastBlock}`} (${by}: ${reason})`,
    );
  for (const note of verdict.notes) remark(`note: ${note}`);
  if (verdict.intact) print("intact");
  for (const fault of verdict.faults) print(`${fault.kind}: ${fault.what}`);
  const untold = verdict.faultCount - verdict.faults.length;
  if (untold > 0) print(`… and ${untold} more`);
}

function wholeSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("expects seconds, such as 10");
  return Number(text);
}
