import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { told } from "../../access/manage-commands.ts";
import { ofTenant, secretOfStdin, type TenantFlags, tenantCommand } from "../../access/tenant-commands.ts";
import { Problem } from "../../errors/problem.ts";
import { type TenantTransaction, tenantTransaction } from "../../postgres/transaction.ts";
import { profileNamed } from "../../statements/profiles/profiles.ts";
import type { CommandContext } from "../../terminal/command.ts";
import { addConnection, changeConnection, findConnection } from "./connections.ts";
import {
  type BankConnectionChange,
  type ConnectionCredentials,
  type ConnectionKind,
  type ConnectionSettings,
  connectionKinds,
} from "./contract.ts";

interface ConfigureFlags extends TenantFlags {
  readonly name?: string;
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly pattern?: string[];
  readonly sender?: string[];
  readonly after?: "leave" | "move" | "delete";
  readonly moveTo?: string;
  readonly settle?: number;
  readonly schedule?: string | false;
  readonly expectedBy?: string | false;
  readonly timeZone?: string;
  readonly sla?: number;
  readonly apiKey?: string;
  readonly profile?: string;
  readonly passwordStdin?: true;
  readonly privateKey?: string;
  readonly passphraseStdin?: true;
  readonly forgetHostKey?: true;
}

/** `apg bank add|edit` */
export function mountConfigureCommands(group: Command, context: CommandContext): void {
  const add = tenantCommand(group, "add", "connect a bank; then try it with apg bank test")
    .requiredOption("--bank <name>", "name, BIC or id; one that is not there yet is made")
    .option("--bic <bic>", "of a bank that is not there yet")
    .requiredOption("--name <name>", "of the connection")
    .addOption(new Option("--kind <kind>", "how files come").choices(connectionKinds).makeOptionMandatory());
  configureOptions(add).action(
    ofTenant<ConfigureFlags & { bank: string; bic?: string; kind: ConnectionKind; name: string }>(
      context,
      async ({ database }, tenant, flags) => {
        const credentials = await credentialsOf(flags);
        const made = await tenantTransaction(database.app, tenant, async (tx) =>
          addConnection(tx, {
            ...configurationOf(flags, {}),
            ...(await profileOf(tx, flags)),
            kind: flags.kind,
            name: flags.name,
            ...(isUuid(flags.bank)
              ? { bankId: flags.bank }
              : { bank: { name: flags.bank, ...(flags.bic === undefined ? {} : { bic: flags.bic.toUpperCase() }) } }),
            ...(credentials === undefined ? {} : { credentials }),
          }),
        );
        told(made, flags, (connection) =>
          connection.kind === "upload"
            ? `${connection.name} takes files at POST /api/v1/bank-connections/${connection.id}/files`
            : `${connection.name} is there. Try it: apg bank test --tenant ${flags.tenant} --connection "${connection.name}"`,
        );
      },
    ),
  );

  const edit = tenantCommand(group, "edit", "change a connection; what is not given stays")
    .requiredOption("--connection <name>", "name or id")
    .option("--name <name>", "another name")
    .option("--no-schedule", "sync only by hand")
    .option("--no-expected-by", "no longer watch for late deliveries")
    .option("--forget-host-key", "the bank has a new key: the next test shows it");
  configureOptions(edit).action(
    ofTenant<ConfigureFlags & { connection: string }>(context, async ({ database }, tenant, flags) => {
      const credentials = await credentialsOf(flags);
      const changed = await tenantTransaction(database.app, tenant, async (tx) => {
        const before = await findConnection(tx, flags.connection);
        const change: BankConnectionChange = {
          ...configurationOf(flags, before.settings),
          ...(await profileOf(tx, flags)),
          ...(flags.name === undefined ? {} : { name: flags.name }),
          ...(credentials === undefined ? {} : { credentials }),
          ...(flags.forgetHostKey === true ? { hostKey: null } : {}),
        };
        return changeConnection(tx, before.id, change);
      });
      told(changed, flags, (connection) => `${connection.name} is changed.`);
    }),
  );
}

function configureOptions(command: Command): Command {
  return command
    .option("--path <folder>", "where files are; for folder and mail below the tenant's own (--bank-folder)")
    .option("--host <host>", "of an SFTP server")
    .option("--port <port>", "22 unless given", numberOf(1, 65_535))
    .option("--username <name>", "at the bank")
    .option("--password-stdin", "read the password from standard input")
    .option("--private-key <file>", "file of a private key, OpenSSH or PEM")
    .option("--passphrase-stdin", "read the key's passphrase from standard input")
    .option("--pattern <pattern...>", "only files whose name fits, such as *.xml; of mail: attachments")
    .option("--sender <address...>", "of mail: whose messages are read; @domain for all of a domain")
    .addOption(new Option("--after <what>", "what becomes of a file at the bank once it is imported").choices(["leave", "move", "delete"]))
    .option("--move-to <folder>", "for imported files")
    .option("--settle <seconds>", "how long a file stands unchanged before it is taken; 5 unless given", numberOf(0, 3600))
    .option("--schedule <when>", 'such as "every 15m", or five cron fields in the bank\'s zone')
    .option("--expected-by <time>", "HH:MM at which a business day's statement is there, the business day after")
    .option("--time-zone <zone>", "of --expected-by and --schedule; the bank's unless given")
    .option("--sla <minutes>", "how long after --expected-by a delivery is late; 60 unless given", numberOf(0, 10_080))
    .option("--profile <name>", "with which its tables (CSV, XLSX) are read: apg statement profile list")
    .option("--api-key <id>", "of kind upload: the one key that may bring files");
}

function configurationOf(
  flags: ConfigureFlags,
  before: ConnectionSettings,
): Omit<BankConnectionChange, "name" | "credentials" | "hostKey"> {
  const given: Partial<Record<keyof ConnectionSettings, unknown>> = {
    path: flags.path,
    host: flags.host,
    port: flags.port,
    username: flags.username,
    patterns: flags.pattern,
    senders: flags.sender,
    after: flags.after,
    moveTo: flags.moveTo,
    settleSeconds: flags.settle,
  };
  const settings = Object.fromEntries(Object.entries({ ...before, ...defined(given) })) as ConnectionSettings;
  // Whoever no longer moves files needs no folder for them.
  const { moveTo: _, ...unmoved } = settings;
  if (flags.expectedBy !== undefined && flags.expectedBy !== false && !/^([01]\d|2[0-3]):[0-5]\d$/.test(flags.expectedBy))
    throw new Problem("invalid_input", `"${flags.expectedBy}" is not a time of day`, { hint: "Write HH:MM, such as 07:30." });
  return {
    settings: flags.after !== undefined && flags.after !== "move" && flags.moveTo === undefined ? unmoved : settings,
    ...(flags.schedule === undefined ? {} : { schedule: flags.schedule === false ? null : flags.schedule }),
    ...(flags.expectedBy === undefined ? {} : { expectedBy: flags.expectedBy === false ? null : flags.expectedBy }),
    ...(flags.timeZone === undefined ? {} : { timeZone: flags.timeZone }),
    ...(flags.sla === undefined ? {} : { slaMinutes: flags.sla }),
    ...(flags.apiKey === undefined ? {} : { apiKeyId: flags.apiKey }),
  };
}

async function profileOf(tx: TenantTransaction, { profile }: ConfigureFlags): Promise<{ profileId?: string }> {
  return profile === undefined ? {} : { profileId: (await profileNamed(tx, profile)).id };
}

function defined<T extends object>(record: T): Partial<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Undefined when none is given: those that are there stay. */
async function credentialsOf(flags: ConfigureFlags): Promise<ConnectionCredentials | undefined> {
  if (flags.passwordStdin === true && flags.passphraseStdin === true)
    throw new Problem("invalid_input", "standard input holds one secret, not two", { hint: "Use the password or the key, not both." });
  if (flags.passwordStdin === true) return { password: await secretOfStdin("password") };
  if (flags.privateKey === undefined) {
    if (flags.passphraseStdin !== true) return undefined;
    throw new Problem("invalid_input", "a passphrase without a private key opens nothing", { hint: "Give --private-key FILE too." });
  }
  const privateKey = await readFile(flags.privateKey, "utf8").catch((cause: unknown) => {
    throw new Problem("invalid_input", `${flags.privateKey} cannot be read`, { cause, hint: "Name the file of the private key." });
  });
  return flags.passphraseStdin === true ? { privateKey, passphrase: await secretOfStdin("passphrase") } : { privateKey };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function numberOf(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };
}
