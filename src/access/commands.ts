import { type Command, Option } from "commander";
import { Problem } from "../errors/problem.ts";
import { tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import type { Settings } from "../settings/list.ts";
import { type CommandContext, commandGroup, type MountCommands } from "../terminal/command.ts";
import { print, printJson, printTable, remark } from "../terminal/output.ts";
import { listApiKeys, requestApiKey, revokeApiKey } from "./api-keys.ts";
import type { Executors } from "./approvals/carry-out.ts";
import { mountApprovalCommands, mountPolicyCommands } from "./approvals/commands.ts";
import { type Role, roles, scopes } from "./contract.ts";
import { mountManagePersonCommands, mountRolesCommand, told } from "./manage-commands.ts";
import { addPerson, makeLink } from "./manage-people.ts";
import { mountOidcCommands } from "./oidc/commands.ts";
import { listPeople, personByEmail, setPassword } from "./people.ts";
import { linkMinutes } from "./sign-in-links.ts";
import { ofTenant, secretOfStdin, type TenantFlags, tenantCommand, uuidOf } from "./tenant-commands.ts";

/** `apg access person|key|link`: who may come in, and with what. */
export const accessCommands =
  (executors: Executors): MountCommands =>
  (program, context) => {
    const access = commandGroup(program, "access", "people, API keys and sign-in links");
    mountPersonCommands(commandGroup(access, "person", "people of a tenant"), context);
    mountKeyCommands(commandGroup(access, "key", "API keys of a tenant"), context);
    mountLinkCommand(access, context);
    mountManagePersonCommands(commandGroup(access, "person", "people of a tenant"), context);
    mountApprovalCommands(access, context, executors);
    mountPolicyCommands(access, context);
    mountOidcCommands(access, context);
    mountRolesCommand(access);
  };

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
        const password = flags.passwordStdin === true ? { password: await secretOfStdin("password") } : {};
        const person = { email: flags.email, name: flags.name, role: flags.role, ...password };
        told(
          await tenantTransaction(database.app, tenant, (tx) => addPerson(tx, person)),
          flags,
          ({ name, role, email }) =>
            `${name} may come in as ${role}. A link to sign in: apg access link --tenant ${flags.tenant} --email ${email}`,
        );
      }),
    );

  tenantCommand(group, "password", "set a person's password and end their sessions")
    .requiredOption("--email <address>", "whose")
    .requiredOption("--password-stdin", "read it from standard input: an argument would stand in the list of processes")
    .action(
      ofTenant<PersonFlags>(context, async ({ database }, tenant, flags) => {
        const password = await secretOfStdin("password");
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
    .option("--expires <moment>", "such as 2027-01-01T00:00:00Z; without it as the tenant's rules say")
    .action(
      ofTenant<KeyFlags>(context, async ({ database }, tenant, flags) => {
        const wanted = {
          name: flags.name,
          scopes: flags.scope === "write" ? (["read", "write"] as const) : ([flags.scope] as const),
          expiresAt: momentOf(flags.expires),
        };
        const made = await tenantTransaction(database.app, tenant, (tx) => requestApiKey(tx, wanted));
        told(
          made,
          flags,
          ({ key, apiKey }) => `${key}\n\nKeep it now: it is not shown again. Send it as  Authorization: Bearer ${apiKey.prefix}…`,
        );
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
        const key = await tenantTransaction(database.app, tenant, (tx) => revokeApiKey(tx, uuidOf(id, "key", "apg access key list")));
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

// Links -----------------------------------------------------------------------------------------------------------------------

interface LinkFlags extends TenantFlags {
  readonly email: string;
  readonly address?: string;
}

function mountLinkCommand(group: Command, context: CommandContext): void {
  tenantCommand(group, "link", `a link that signs a person in once: within ${linkMinutes} minutes, the first one within three days`)
    .requiredOption("--email <address>", "whom")
    .option("--address <url>", "where the pages are; default: where apg start serves them")
    .action(
      ofTenant<LinkFlags>(context, async ({ database, settings }, tenant, flags) => {
        const made = await tenantTransaction(database.app, tenant, async (tx) => makeLink(tx, (await personByEmail(tx, flags.email)).id));
        if (!("done" in made)) return told(made, flags, () => "");
        const { token, expiresAt, codeNeeded } = made.done;
        const link = `${(flags.address ?? addressOf(settings)).replace(/\/$/, "")}/sign-in?token=${token}`;
        if (flags.json === true) return printJson({ link, expiresAt, codeNeeded });
        print(link);
        if (codeNeeded) remark("They also need the code that who approved tells them: neither opens anything alone.");
      }),
    );
}

function addressOf({ host, port }: Settings): string {
  return `http://${host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`;
}
