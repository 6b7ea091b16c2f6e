import type { Command } from "commander";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { requireTenant } from "../../tenants/tenants.ts";
import { commandActor } from "../../terminal/actor.ts";
import { type CommandContext, commandGroup, type MountCommands } from "../../terminal/command.ts";
import { print, printJson, printTable } from "../../terminal/output.ts";
import { choicesFrom } from "./choices-file.ts";
import type { ReadTerms, StatementProfile } from "./contract.ts";
import { listProfiles, profileNamed, removeProfile, saveProfile } from "./profiles.ts";
import { accountNumbered } from "./terms.ts";

interface TermsOptions {
  readonly account?: string;
  readonly currency?: string;
  readonly profile?: string;
}

/** Adds the flags that say something of files. */
export function withTermsOptions(command: Command): Command {
  return command
    .option("--account <number>", "whose the files are, where they name no account: IBAN, the bank's number, or the account's id")
    .option("--currency <code>", "their currency, where they name none; an account that is known has one")
    .option("--profile <name>", "how their tables are read: a saved profile, by name or id");
}

/** The flags as terms; an account that is known by its id is taken by it. @throws Problem `not_found` */
export async function termsOf(pool: Pool, context: TenantContext, { account, currency, profile }: TermsOptions): Promise<ReadTerms> {
  const isId = account !== undefined && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(account);
  const named = profile === undefined ? undefined : await tenantRead(pool, context, (tx) => profileNamed(tx, profile));
  return {
    ...(account === undefined ? {} : isId ? { accountId: account } : { account }),
    ...(currency === undefined ? {} : { currency: currency.toUpperCase() }),
    ...(named === undefined ? {} : { profileId: named.id }),
  };
}

/** `apg statement profile …` */
export const mountProfileCommands: MountCommands = (program, context) => {
  const statement = commandGroup(program, "statement", "read and import bank statements");
  const profile = statement.command("profile").description("how the tables of banks are read, saved once");
  const tenant = ["--tenant <tenant>", "whose profiles they are"] as const;

  profile
    .command("list")
    .description("saved profiles by name")
    .requiredOption(...tenant)
    .option("--json", "as the API answers")
    .action((options: { tenant: string; json?: true }, command: Command) =>
      inTenant(context, command, options.tenant, async (pool, of) => {
        const items = await tenantRead(pool, of, listProfiles);
        if (options.json === true) printJson({ items });
        else printProfiles(items);
      }),
    );

  profile
    .command("show")
    .description("a profile as JSON; apg statement read --profile FILE and profile save --from FILE take it")
    .argument("<name>", "name or id")
    .requiredOption(...tenant)
    .action((name: string, options: { tenant: string }, command: Command) =>
      inTenant(context, command, options.tenant, async (pool, of) => printJson(await tenantRead(pool, of, (tx) => profileNamed(tx, name)))),
    );

  profile
    .command("save")
    .description("save a profile from a JSON file")
    .argument("<name>", "its name")
    .requiredOption(...tenant)
    .requiredOption("--from <file>", "JSON, as profile show and apg statement read --explain --json print it")
    .option("--account <number>", "whose the files are: IBAN, the bank's number, or the account's id; the account must be known")
    .option("--currency <code>", "their currency, where neither file nor account has one")
    .action((name: string, options: { tenant: string; from: string; account?: string; currency?: string }, command: Command) =>
      inTenant(context, command, options.tenant, async (pool, of) => {
        const { table } = await choicesFrom(options.from);
        const saved = await tenantTransaction(pool, of, async (tx) => {
          const accountId = options.account === undefined ? null : await accountNumbered(tx, options.account, options.currency);
          return saveProfile(tx, { name, accountId, currency: options.currency ?? null, table });
        });
        print(`saved: ${saved.name} (${saved.id})`);
      }),
    );

  profile
    .command("remove")
    .description("remove a profile; what was read with it stays")
    .argument("<name>", "name or id")
    .requiredOption(...tenant)
    .action((name: string, options: { tenant: string }, command: Command) =>
      inTenant(context, command, options.tenant, async (pool, of) => {
        const found = await tenantTransaction(pool, of, async (tx) => {
          const one = await profileNamed(tx, name);
          await removeProfile(tx, one.id);
          return one;
        });
        print(`removed: ${found.name}`);
      }),
    );
};

function inTenant(
  context: CommandContext,
  command: Command,
  tenantId: string,
  work: (pool: Pool, of: TenantContext) => Promise<void>,
): Promise<void> {
  return context.withDatabase(command, async ({ database }) => {
    const of = { tenantId, actor: commandActor() };
    await requireTenant(database.app, of);
    await work(database.app, of);
  });
}

function printProfiles(profiles: readonly StatementProfile[]): void {
  if (profiles.length === 0) {
    print("no profile is saved: tables are read as they look, and what is unclear is asked");
    return;
  }
  printTable(
    [{ title: "name" }, { title: "account" }, { title: "currency" }, { title: "columns" }, { title: "id" }],
    profiles.map(({ name, accountName, currency, table, id }) => [
      name,
      accountName ?? "as the file says",
      currency ?? "as the file says",
      String(table.columns?.filter(({ role }) => role !== null).length ?? "as they look"),
      id,
    ]),
  );
}
