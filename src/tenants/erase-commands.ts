import type { Command } from "commander";
import type { TenantContext } from "../postgres/transaction.ts";
import type { CommandContext, OpenForCommand } from "../terminal/command.ts";
import { typedConfirmation } from "../terminal/confirm.ts";
import { counted, print, printJson, remark } from "../terminal/output.ts";
import { type Progress, startProgress } from "../terminal/progress.ts";
import { cancelErasure, erasureOf, requestErasure } from "./erasure/request.ts";
import { eraseTenant } from "./erasure/run.ts";
import { ofTenant, run } from "./life-commands.ts";
import { readReason } from "./status.ts";

interface EraseFlags {
  readonly request?: true;
  readonly reason?: string;
  readonly cancel?: true;
  readonly certificate?: true;
  readonly yes?: string;
  readonly json?: true;
}

/** `apg tenant erase TENANT`: --request, then without; --cancel in between, --certificate ever after. */
export function mountEraseCommand(group: Command, context: CommandContext): void {
  ofTenant(group, "erase", "erase a tenant for good, in two steps: --request first, then again without")
    .option("--request", "the first step: close the tenant and write down that it is to be erased")
    .option("--reason <text>", "why, with --request; kept")
    .option("--cancel", "take the request back, before the second step")
    .option("--certificate", "show what an erasure has left: what was erased, the proof, and what remains")
    .option("--yes <name>", "the tenant's name, where there is no terminal to type it at")
    .action(
      run<EraseFlags>(context, async (open, tenant, flags) => {
        if (flags.certificate === true) return showCertificate(open, tenant, flags);
        if (flags.cancel === true) {
          await cancelErasure(open.database.admin, tenant);
          return print(
            `The erasure of ${tenant.tenantId} is cancelled; the tenant is suspended. apg tenant resume ${tenant.tenantId} opens it.`,
          );
        }
        return flags.request === true ? request(open, tenant, flags) : erase(open, tenant, flags);
      }),
    );
}

async function request({ database }: OpenForCommand, tenant: TenantContext, flags: EraseFlags): Promise<void> {
  const reason = readReason(flags.reason ?? "");
  const confirm = await typedConfirmation(`Type the name of the tenant ${tenant.tenantId} to have it erased: `, flags.yes);
  const requested = await requestErasure(database.admin, tenant, { confirm, reason });
  if (flags.json === true) return printJson(requested);
  if ("waiting" in requested) {
    print(
      `People of the tenant must approve this first (request ${requested.waiting.id}). Nothing is changed. Give the command again then.`,
    );
    return;
  }
  print(`${requested.erasure.tenantName} is closed and will be erased by: apg tenant erase ${tenant.tenantId}`);
  print(`Until then: apg tenant export ${tenant.tenantId} --to PATH, or apg tenant erase ${tenant.tenantId} --cancel`);
}

async function erase({ database }: OpenForCommand, tenant: TenantContext, flags: EraseFlags): Promise<void> {
  const known = await erasureOf(database.admin, tenant);
  const question = `This cannot be taken back. Type the name of the tenant ${tenant.tenantId} to erase it: `;
  const confirm = known.state === "done" ? undefined : await typedConfirmation(question, flags.yes);
  let progress: Progress | undefined;
  const erasure = await eraseTenant(database.admin, tenant, {
    confirm,
    progress(done, total, table) {
      progress ??= startProgress(total, { unit: "rows" });
      progress.at(done, table, total);
    },
  });
  progress?.end();
  if (flags.json === true) return printJson(erasure);
  const rows = Object.values(erasure.rowsBefore ?? {}).reduce((left, right) => left + right, 0);
  print(
    `${erasure.tenantName} is erased: ${counted(rows, "row")} of ${Object.keys(erasure.rowsBefore ?? {}).length} tables; none is left.`,
  );
  print(`Certificate: apg tenant erase ${tenant.tenantId} --certificate (SHA-256 ${erasure.certificateSha256})`);
  remark("Backups of before keep what was not encrypted until they expire.");
}

async function showCertificate({ database }: OpenForCommand, tenant: TenantContext, flags: EraseFlags): Promise<void> {
  const erasure = await erasureOf(database.admin, tenant);
  if (flags.json === true) return printJson(erasure);
  if (erasure.certificate === null) return print(`The erasure of ${erasure.tenantName} is ${erasure.state}; there is no certificate yet.`);
  process.stdout.write(erasure.certificate);
}
