import type { Command } from "commander";
import { Problem } from "../errors/problem.ts";
import { commandActor } from "../terminal/actor.ts";
import type { CommandContext } from "../terminal/command.ts";
import { counted, print, printJson, remark } from "../terminal/output.ts";
import { type Progress, startProgress } from "../terminal/progress.ts";
import { exportTenant } from "./archive/export.ts";
import { readableColumns } from "./archive/readable.ts";
import { createArchive } from "./archive/sink.ts";
import { type Verified, verifyArchive } from "./archive/verify.ts";

interface ExportFlags {
  readonly to?: string;
  readonly verify?: string;
  readonly json?: true;
}

/** `apg tenant export TENANT --to PATH`, `apg tenant export --verify PATH` */
export function mountExportCommand(group: Command, context: CommandContext): void {
  group
    .command("export")
    .description("write everything of a tenant to an archive, or check one")
    .argument("[tenant]", "its id")
    .option("--to <path>", "a folder to be made, or a file that ends in .tar.gz")
    .option("--verify <path>", "read an archive through and compare it with its manifest; needs no database")
    .option("--json", "as JSON")
    .action(async (id: string | undefined, flags: ExportFlags, command: Command) => {
      if (flags.verify !== undefined) return verify(flags.verify, flags);
      if (id === undefined || flags.to === undefined)
        throw new Problem("invalid_input", "this wants a tenant and where its archive goes", {
          hint: "apg tenant export TENANT --to PATH, or apg tenant export --verify PATH",
        });
      await exportTo(context, command, id, flags.to, flags);
    });
}

async function exportTo(context: CommandContext, command: Command, tenantId: string, path: string, flags: ExportFlags): Promise<void> {
  await context.withDatabase(command, async ({ database }) => {
    const archive = await createArchive(path);
    const leave = leaveNothingBehind(() => archive.abandon());
    let progress: Progress | undefined;
    try {
      const pools = { read: database.app, write: database.admin };
      const outcome = await exportTenant(pools, { tenantId, actor: commandActor() }, archive, {
        readable: readableColumns,
        progress(done, total, what) {
          progress ??= startProgress(total, { unit: "tables and files" });
          progress.at(done, what, total);
        },
      });
      await archive.finish();
      const { rows, bytes, manifestSha256, manifest } = outcome;
      if (flags.json === true) return printJson({ path: archive.path, rows, bytes, manifestSha256, snapshotAt: manifest.snapshotAt });
      const files = counted(manifest.received.length, "received file");
      print(`${archive.path}: ${counted(rows, "row")} of ${manifest.tables.length} tables and ${files}, as of ${manifest.snapshotAt}`);
      print(`SHA-256 of its manifest: ${manifestSha256}`);
    } catch (error) {
      await archive.abandon();
      throw error;
    } finally {
      progress?.end();
      leave();
    }
  });
}

async function verify(path: string, flags: ExportFlags): Promise<void> {
  const verified = await verifyArchive(path);
  if (flags.json === true) printJson({ path, ...summary(verified) });
  if (verified.findings.length > 0) {
    for (const finding of verified.findings) remark(finding);
    throw new Problem("archive_broken", `${path} differs from its manifest in ${counted(verified.findings.length, "point")}`);
  }
  if (flags.json === true) return;
  const { manifest, rows, files, manifestSha256 } = verified;
  print(`${path} is whole: ${manifest.tenant.name} as of ${manifest.snapshotAt}, ${counted(rows, "row")}, ${counted(files, "file")}.`);
  print(`SHA-256 of its manifest: ${manifestSha256}`);
}

function summary({ manifest, manifestSha256, rows, files, findings }: Verified) {
  const { tenant, snapshotAt, askedBy } = manifest;
  return { tenant, snapshotAt, askedBy, rows, files, manifestSha256, findings };
}

/** An interrupted export removes what it wrote before it ends. */
function leaveNothingBehind(abandon: () => Promise<void>): () => void {
  const stop = (signal: NodeJS.Signals) => void abandon().finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  return () => void process.off("SIGINT", stop).off("SIGTERM", stop);
}
