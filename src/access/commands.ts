import { text } from "node:stream/consumers";
import { type Command, Option } from "commander";
import { Problem } from "../errors/problem.ts";
import { type TenantContext, tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import type { Settings } from "../settings/list.ts";
import { requireTenant } from "../tenants/tenants.ts";
import { commandActor } from "../terminal/actor.ts";
import { type CommandContext, commandGroup, type MountCommands, type OpenForCommand } from "../terminal/command.ts";
import { print, printJson, printTable } from "../terminal/output.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "./api-keys.ts";
import { type Role, roles, scopes } from "./contract.ts";
import { createPerson, listPeople, personByEmail, setPassword } from "./people.ts";
import { createSignInLink, linkMinutes } from "./sign-in-links.ts";

/** `apg access person|key|link`: who may come in, and with what. */
export const mountAccessCommands: MountCommands = (program, context) => {
  const access = commandGroup(program, "access", "people, API keys and sign-in links");
  mountPersonCommands(commandGroup(access, "person", "people of a tenant"), context);
  mountKeyCommands(commandGroup(access, "key", "API keys of a tenant"), context);
  mountLinkCommand(access, context);
};

interface TenantFlags {
  readonly tenant: string;
  readonly json?: true;
}

/** A command of one tenant: opens the database, makes sure of the tenant, and says who acts. */
function ofTenant<Flags extends TenantFlags>(
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

function tenantCommand(group: Command, name: string, description: string): Command {
  return group.command(name).description(description).requiredOption("--tenant <tenant>", "whose").option("--json", "as JSON");
}

// People ----------------------------------------------------------------------------------------------------------------------

interface PersonFlags extends TenantFlags {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly passwordStdin?: true;
}

function mountPersonCommands(group: Command, context: CommandContext): void {
  tenantCommand(group, "add", "let a person in")
    .requiredOption("--email <address>", "what they sign in with")
    .requiredOption("--name <name>", "as others know them")
    .addOption(new Option("--role <role>", "what they may do").choices(roles).makeOptionMandatory())
    .option("--password-stdin", "read a password from standard input; without one they sign in by apg access link")
    .action(
      ofTenant<PersonFlags>(context, async ({ database }, tenant, flags) => {
        const password = flags.passwordStdin === true ? { password: await passwordOfStdin() } : {};
        const person = { email: flags.email, name: flags.name, role: flags.role, ...password };
        const { id } = await tenantTransaction(database.app, tenant, (tx) => createPerson(tx, person));
        if (flags.json === true) printJson({ id, email: flags.email, role: flags.role });
        else
          print(
            `${flags.name} may come in as ${flags.role}. A link to sign in: apg access link --tenant ${flags.tenant} --email ${flags.email}`,
          );
      }),
    );

  tenantCommand(group, "password", "set a person's password and end their sessions")
    .requiredOption("--email <address>", "whose")
    .requiredOption("--password-stdin", "read it from standard input: an argument would stand in the list of processes")
    .action(
      ofTenant<PersonFlags>(context, async ({ database }, tenant, flags) => {
        const password = await passwordOfStdin();
        await tenantTransaction(database.app, tenant, async (tx) => setPassword(tx, (await personByEmail(tx, flags.email)).id, password));
        print(`The password of ${flags.email} is set; their sessions have ended.`);
      }),
    );

  tenantCommand(group, "list", "people who may come in").action(
    ofTenant(context, async ({ database }, tenant, flags) => {
      const people = await tenantRead(database.app, tenant, listPeople);
      if (flags.json === true) return printJson(people);
      const titles = ["e-mail", "name", "role", "password", "last signed in", "disabled"].map((title) => ({ title }));
      printTable(
        titles,
        people.map((person) => [
          person.email,
          person.name,
          person.role,
          person.hasPassword ? "yes" : "-",
          person.lastSignedInAt ?? "-",
          person.disabledAt ?? "-",
        ]),
      );
    }),
  );
}

async function passwordOfStdin(): Promise<string> {
  const password = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (password === "")
    throw new Problem("invalid_input", "standard input has no password", {
      hint: "Pipe it in: pass show apg | apg access … --password-stdin",
    });
  return password;
}

// Keys ------------------------------------------------------------------------------------------------------------------------

interface KeyFlags extends TenantFlags {
  readonly name: string;
  readonly scope: (typeof scopes)[number];
  readonly expires?: string;
}

function mountKeyCommands(group: Command, context: CommandContext): void {
  tenantCommand(group, "create", "make a key; it is shown this once")
    .requiredOption("--name <name>", "what uses it")
    .addOption(new Option("--scope <scope>", "write includes read").choices(scopes).default("read"))
    .option("--expires <moment>", "such as 2027-01-01T00:00:00Z; never when not given")
    .action(
      ofTenant<KeyFlags>(context, async ({ database }, tenant, flags) => {
        const wanted = {
          name: flags.name,
          scopes: flags.scope === "write" ? (["read", "write"] as const) : ([flags.scope] as const),
          expiresAt: momentOf(flags.expires),
        };
        const made = await tenantTransaction(database.app, tenant, (tx) => createApiKey(tx, wanted));
        if (flags.json === true) printJson(made);
        else print(`${made.key}\n\nKeep it now: it is not shown again. Send it as  Authorization: Bearer ${made.apiKey.prefix}…`);
      }),
    );

  tenantCommand(group, "list", "keys, newest first").action(
    ofTenant(context, async ({ database }, tenant, flags) => {
      const keys = await tenantRead(database.app, tenant, listApiKeys);
      if (flags.json === true) return printJson(keys);
      const titles = ["id", "name", "begins", "scopes", "made", "last used", "ends"].map((title) => ({ title }));
      printTable(
        titles,
        keys.map((key) => [
          key.id,
          key.name,
          key.prefix,
          key.scopes.join(" "),
          key.createdAt.slice(0, 10),
          key.lastUsedAt ?? "-",
          key.revokedAt === null ? (key.expiresAt ?? "-") : `revoked ${key.revokedAt}`,
        ]),
      );
    }),
  );

  tenantCommand(group, "revoke", "end a key at once")
    .argument("<id>", "as apg access key list shows it")
    .action((id: string, flags: TenantFlags, command: Command) =>
      ofTenant(context, async ({ database }, tenant) => {
        const key = await tenantTransaction(database.app, tenant, (tx) => revokeApiKey(tx, uuidOf(id)));
        if (flags.json === true) printJson(key);
        else print(`The key "${key.name}" is revoked since ${key.revokedAt}.`);
      })(flags, command),
    );
}

function momentOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  if (Number.isNaN(Date.parse(given)))
    throw new Problem("invalid_input", `"${given}" is not a moment`, { hint: "Write --expires as 2027-01-01T00:00:00Z." });
  return new Date(given).toISOString();
}

function uuidOf(given: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given)) return given;
  throw new Problem("invalid_input", `"${given}" is not the id of a key`, { hint: "apg access key list shows the ids." });
}

// Links -----------------------------------------------------------------------------------------------------------------------

interface LinkFlags extends TenantFlags {
  readonly email: string;
  readonly address?: string;
}

function mountLinkCommand(group: Command, context: CommandContext): void {
  tenantCommand(group, "link", `a link that signs a person in once, within ${linkMinutes} minutes`)
    .requiredOption("--email <address>", "whom")
    .option("--address <url>", "where the pages are; default: where apg start serves them")
    .action(
      ofTenant<LinkFlags>(context, async ({ database, settings }, tenant, flags) => {
        const { token } = await tenantTransaction(database.app, tenant, async (tx) =>
          createSignInLink(tx, (await personByEmail(tx, flags.email)).id),
        );
        const link = `${(flags.address ?? addressOf(settings)).replace(/\/$/, "")}/sign-in?token=${token}`;
        if (flags.json === true) printJson({ link, minutes: linkMinutes });
        else print(link);
      }),
    );
}

function addressOf({ host, port }: Settings): string {
  return `http://${host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`;
}
