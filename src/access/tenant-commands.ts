import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { Problem } from "../errors/problem.ts";
import type { TenantContext } from "../postgres/transaction.ts";
import { requireTenant } from "../tenants/tenants.ts";
import { commandActor } from "../terminal/actor.ts";
import type { CommandContext, OpenForCommand } from "../terminal/command.ts";

export interface TenantFlags {
  readonly tenant: string;
  readonly json?: true;
}

/** A command of one tenant: opens the database, makes sure of the tenant, and says who acts. */
export function ofTenant<Flags extends TenantFlags>(
  context: CommandContext,
  work: (open: OpenForCommand, tenant: TenantContext, flags: Flags) => Promise<void>,
): (flags: Flags, command: Command) => Promise<void> {
  return (flags, command) =>
    context.withDatabase(command, async (open) => {
      const tenant = { tenantId: flags.tenant, actor: commandActor() };
      await requireTenant(open.database.app, tenant);
      await work(open, tenant, flags);
    });
}

export function tenantCommand(group: Command, name: string, description: string): Command {
  return group.command(name).description(description).requiredOption("--tenant <tenant>", "whose").option("--json", "as JSON");
}

/** An argument would stand in the list of processes. */
export async function secretOfStdin(what: string): Promise<string> {
  const secret = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (secret === "")
    throw new Problem("invalid_input", `standard input has no ${what}`, {
      hint: `Pipe it in: pass show apg | apg access … --${what}-stdin`,
    });
  return secret;
}

export function uuidOf(given: string, what: string, list: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given)) return given;
  throw new Problem("invalid_input", `"${given}" is not the id of a ${what}`, { hint: `${list} shows the ids.` });
}
