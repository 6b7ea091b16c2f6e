import type { Command } from "commander";
import type { TenantContext } from "../postgres/transaction.ts";
import { commandActor } from "../terminal/actor.ts";
import type { CommandContext, OpenForCommand } from "../terminal/command.ts";
import { typedConfirmation } from "../terminal/confirm.ts";
import { counted, print, printJson, remark } from "../terminal/output.ts";
import type { TenantState } from "./contract.ts";
import { holdTenant, releaseTenant, resumeTenant, suspendTenant } from "./status.ts";

interface LifeFlags {
  readonly reason: string;
  readonly yes?: string;
  readonly json?: true;
}

/** `apg tenant suspend|resume|hold|release` */
export function mountLifeCommands(group: Command, context: CommandContext): void {
  ofTenant(group, "suspend", "close a tenant: nobody signs in, keys are refused, nothing is written; its data stays")
    .requiredOption("--reason <text>", "kept in the audit trail")
    .option("--yes <name>", "the tenant's name, where there is no terminal to type it at")
    .action(
      run(context, async ({ database }, tenant, flags) => {
        const confirm = await typedConfirmation(`Type the name of the tenant ${tenant.tenantId} to suspend it: `, flags.yes);
        const done = await suspendTenant(database.admin, tenant, { confirm, reason: flags.reason });
        if (flags.json === true) return printJson(done);
        print(`${done.tenant.name} is suspended; ${counted(done.sessionsEnded, "session")} ended.`);
        if (!done.settled) remark("warning: a transaction that began before is still running and may yet write");
      }),
    );

  ofTenant(group, "resume", "open a suspended tenant again").action(
    run(context, async ({ database }, tenant, flags) =>
      told(flags, await resumeTenant(database.admin, tenant), (name) => `${name} is open again.`),
    ),
  );

  ofTenant(group, "hold", "put a tenant on legal hold: nothing of it is retired or erased")
    .requiredOption("--reason <text>", "kept in the audit trail")
    .action(
      run(context, async ({ database }, tenant, flags) =>
        told(flags, await holdTenant(database.admin, tenant, flags.reason), (name) => `${name} is on legal hold.`),
      ),
    );

  ofTenant(group, "release", "end a legal hold")
    .requiredOption("--reason <text>", "kept in the audit trail")
    .action(
      run(context, async ({ database }, tenant, flags) =>
        told(flags, await releaseTenant(database.admin, tenant, flags.reason), (name) => `${name} is no longer on legal hold.`),
      ),
    );
}

export function ofTenant(group: Command, name: string, description: string): Command {
  return group.command(name).description(description).argument("<tenant>", "its id").option("--json", "as JSON");
}

/** A command on one tenant, for an administrator; the audit trail names who gave it. */
export function run<Flags extends { readonly json?: true }>(
  context: CommandContext,
  work: (open: OpenForCommand, tenant: TenantContext, flags: Flags & LifeFlags) => Promise<void>,
): (id: string, flags: Flags & LifeFlags, command: Command) => Promise<void> {
  return (id, flags, command) => context.withDatabase(command, (open) => work(open, { tenantId: id, actor: commandActor() }, flags));
}

function told(flags: { readonly json?: true }, tenant: TenantState, line: (name: string) => string): void {
  if (flags.json === true) printJson(tenant);
  else print(line(tenant.name));
}
