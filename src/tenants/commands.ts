import type { Command } from "commander";
import { commandActor } from "../terminal/actor.ts";
import { commandGroup, type MountCommands } from "../terminal/command.ts";
import { print, printJson, printTable } from "../terminal/output.ts";
import type { Tenant } from "./tenant.ts";
import { createTenant, listTenants } from "./tenants.ts";

interface NewTenantFlags {
  readonly name: string;
  readonly currency?: string;
  readonly timeZone?: string;
  readonly json?: true;
}

/** `apg tenant create|list` */
export const mountTenantCommands: MountCommands = (program, context) => {
  const group = commandGroup(program, "tenant", "companies whose cash is kept apart");

  group
    .command("create")
    .description("open a tenant")
    .argument("<id>", "lower-case letters, digits, - and _; it never changes")
    .requiredOption("--name <name>", "as people know it")
    .option("--currency <code>", "reporting currency; default EUR")
    .option("--time-zone <zone>", "IANA name; default Europe/Berlin")
    .option("--json", "as JSON")
    .action((id: string, flags: NewTenantFlags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const { name, currency, timeZone } = flags;
        const wanted = {
          id,
          name,
          ...(currency === undefined ? {} : { reportingCurrency: currency }),
          ...(timeZone === undefined ? {} : { timeZone }),
        };
        const tenant = await createTenant(database.admin, wanted, commandActor());
        if (flags.json === true) printJson(tenant);
        else
          print(
            `Tenant ${tenant.id} is open. Let somebody in: apg access person add --tenant ${tenant.id} --email … --name … --role treasurer`,
          );
      }),
    );

  group
    .command("list")
    .description("all tenants")
    .option("--json", "as JSON")
    .action((flags: { json?: true }, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const tenants = await listTenants(database.admin);
        if (flags.json === true) printJson(tenants);
        else printTable(columns, tenants.map(line));
      }),
    );
};

const columns = ["tenant", "name", "status", "currency", "time zone", "since"].map((title) => ({ title }));

function line(tenant: Tenant): string[] {
  return [tenant.id, tenant.name, tenant.status, tenant.reportingCurrency, tenant.timeZone, tenant.createdAt.slice(0, 10)];
}
