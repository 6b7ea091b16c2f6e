import type { Command } from "commander";
import type { Settings } from "../settings/list.ts";
import { commandActor } from "../terminal/actor.ts";
import { type CommandContext, commandGroup, type MountCommands } from "../terminal/command.ts";
import { print, printJson, printTable } from "../terminal/output.ts";
import type { OpenedTenant, TenantOverview } from "./contract.ts";
import { mountEraseCommand } from "./erase-commands.ts";
import { mountExportCommand } from "./export-commands.ts";
import { mountLifeCommands } from "./life-commands.ts";
import { openTenant } from "./open-tenant.ts";
import { tenantOverview, tenantOverviews } from "./overview.ts";

/** `apg tenant create|list|show`, and what life-commands.ts adds. */
export const mountTenantCommands: MountCommands = (program, context) => {
  const group = commandGroup(program, "tenant", "companies whose cash is kept apart");
  mountCreate(group, context);
  mountList(group, context);
  mountLifeCommands(group, context);
  mountExportCommand(group, context);
  mountEraseCommand(group, context);
};

interface NewTenantFlags {
  readonly name: string;
  readonly currency?: string;
  readonly timeZone?: string;
  readonly country?: string;
  readonly adminEmail?: string;
  readonly adminName?: string;
  readonly json?: true;
}

function mountCreate(group: Command, context: CommandContext): void {
  group
    .command("create")
    .description("open a tenant: registry, calendar, company, categories, and its first administrator")
    .argument("<id>", "lower-case letters, digits, - and _; it never changes")
    .requiredOption("--name <name>", "as people know it; used once")
    .option("--currency <code>", "reporting currency; default EUR")
    .option("--time-zone <zone>", "IANA name; default Europe/Berlin")
    .option("--country <code>", "ISO 3166, whose weekend makes the first calendar; default by the time zone")
    .option("--admin-email <address>", "the first administrator, who gets a link that signs in once within a day")
    .option("--admin-name <name>", "as others know them; default the address")
    .option("--json", "as JSON")
    .action((id: string, flags: NewTenantFlags, command: Command) =>
      context.withDatabase(command, async ({ database, settings }) => {
        const { name, currency, timeZone, country, adminEmail, adminName } = flags;
        const wanted = {
          id,
          name,
          ...(currency === undefined ? {} : { reportingCurrency: currency }),
          ...(timeZone === undefined ? {} : { timeZone }),
          ...(country === undefined ? {} : { country }),
          ...(adminEmail === undefined ? {} : { administrator: { email: adminEmail, name: adminName ?? adminEmail } }),
        };
        const opened = await openTenant(database.admin, wanted, { actor: commandActor() });
        if (flags.json === true) printJson(opened);
        else printOpened(opened, settings);
      }),
    );
}

function printOpened({ tenant, administrator }: OpenedTenant, { host, port }: Settings): void {
  print(`Tenant ${tenant.id} is open.`);
  if (administrator === null) print(`Let somebody in: apg access person add --tenant ${tenant.id} --email … --name … --role administrator`);
  else {
    const link = `http://${host}:${port}/sign-in?token=${administrator.token}`;
    print(`${administrator.email} signs in once, until ${administrator.expiresAt}: ${link}`);
  }
}

function mountList(group: Command, context: CommandContext): void {
  group
    .command("list")
    .description("all tenants: status, and how much each has")
    .option("--json", "as JSON")
    .action((flags: { json?: true }, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const overviews = await tenantOverviews(database.admin, { actor: commandActor() });
        if (flags.json === true) return printJson(overviews);
        printTable(columns, overviews.map(line));
      }),
    );

  group
    .command("show")
    .description("one tenant: status and why, and how much it has")
    .argument("<tenant>", "its id")
    .option("--json", "as JSON")
    .action((id: string, flags: { json?: true }, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const overview = await tenantOverview(database.admin, { tenantId: id, actor: commandActor() });
        if (flags.json === true) printJson(overview);
        else printTable([{ title: "tenant" }, { title: id }], facts(overview));
      }),
    );
}

const columns = [
  ...["tenant", "name", "status", "currency", "time zone"].map((title) => ({ title })),
  ...["people", "accounts", "entries", "received"].map((title) => ({ title, align: "right" as const })),
  { title: "last import" },
  { title: "since" },
];

function line({ tenant, ...figures }: TenantOverview): string[] {
  return [
    tenant.id,
    tenant.name,
    [tenant.status, tenant.legalHold ? "on hold" : "", stopped(figures.erasure) ? "interrupted" : ""].filter(Boolean).join(", "),
    tenant.reportingCurrency,
    tenant.timeZone,
    String(figures.people),
    String(figures.accounts),
    String(figures.entries),
    megabytes(figures.receivedBytes),
    figures.lastImportAt?.slice(0, 16).replace("T", " ") ?? "-",
    tenant.createdAt.slice(0, 10),
  ];
}

function facts({ tenant, ...figures }: TenantOverview): string[][] {
  return [
    ["name", tenant.name],
    ["status", `${tenant.status} since ${tenant.statusSince}${tenant.statusReason === null ? "" : `: ${tenant.statusReason}`}`],
    ...(figures.erasure === null ? [] : [["erasure", erasureWords(tenant.id, figures.erasure)]]),
    ["legal hold", tenant.legalHold ? `yes: ${tenant.legalHoldReason}` : "no"],
    ["currency", tenant.reportingCurrency],
    ["time zone", tenant.timeZone],
    ["people", String(figures.people)],
    ["accounts", String(figures.accounts)],
    ["deliveries", `${figures.deliveries}, ${megabytes(figures.receivedBytes)}, the last at ${figures.lastImportAt ?? "-"}`],
    ["entries", String(figures.entries)],
    ["created", tenant.createdAt],
  ];
}

type ErasureProgress = NonNullable<TenantOverview["erasure"]>;

/** Begun, and nobody goes on with it: an error stopped it, or its process was killed. */
function stopped(erasure: TenantOverview["erasure"]): boolean {
  return erasure !== null && !erasure.atWork && erasure.attempts > 0 && erasure.state !== "done";
}

function erasureWords(id: string, erasure: ErasureProgress): string {
  if (!stopped(erasure)) return erasure.atWork ? `${erasure.state}, at work (attempt ${erasure.attempts})` : erasure.state;
  const why = erasure.interruptedAt === null ? "its process has ended" : `${erasure.interruptedAt}, ${erasure.interruption}`;
  return `${erasure.state}, interrupted (${why}); apg tenant erase ${id} goes on`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
