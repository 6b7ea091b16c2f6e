import type { Command } from "commander";
import { told } from "../access/manage-commands.ts";
import { ofTenant, type TenantFlags, tenantCommand, uuidOf } from "../access/tenant-commands.ts";
import { Problem } from "../errors/problem.ts";
import { tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { commandGroup, type MountCommands } from "../terminal/command.ts";
import { printJson, printTable } from "../terminal/output.ts";
import { listAccounts } from "./accounts.ts";
import type { Account, AccountChange, NewAccount } from "./contract.ts";
import { changeAccount, registerAccount } from "./keep-accounts.ts";

interface AccountFlags extends TenantFlags {
  readonly name?: string;
  readonly iban?: string;
  readonly number?: string;
  readonly currency?: string;
  readonly entity?: string;
  readonly bank?: string;
  readonly overdraft?: string;
  readonly openedOn?: string;
  readonly closedOn?: string;
  readonly active?: "yes" | "no";
}

/** `apg account list|add|change`: whose money lies where; a four-eyes rule on account_master may want another person. */
export const mountAccountCommands: MountCommands = (program, context) => {
  const group = commandGroup(program, "account", "accounts of a tenant");
  tenantCommand(group, "list", "accounts by name").action(
    ofTenant(context, async ({ database }, tenant, flags) => {
      const found = await tenantRead(database.app, tenant, (tx) => listAccounts(tx, {}, { limit: 100_000, after: null }));
      const accounts = found.map(({ item }) => item);
      if (flags.json === true) return printJson(accounts);
      printTable(
        ["id", "name", "number", "currency", "bank", "entity", "open"].map((title) => ({ title })),
        accounts.map(({ id, name, last4, currency, bank, entity, active }) => [
          id,
          name,
          `…${last4}`,
          currency,
          bank?.name ?? "-",
          entity?.name ?? "-",
          active ? "yes" : "no",
        ]),
      );
    }),
  );

  numbered(tenantCommand(group, "add", "register an account, or make one's own what a statement has opened by itself"))
    .requiredOption("--name <name>", "as the treasurer calls it")
    .requiredOption("--currency <code>", "such as EUR")
    .option("--opened-on <day>", "such as 2026-01-31")
    .action(
      ofTenant<AccountFlags>(context, async ({ database }, tenant, flags) => {
        const { name = "", currency = "", openedOn } = flags;
        const wanted: NewAccount = { ...detailsOf(flags), name, currency, ...(openedOn === undefined ? {} : { openedOn }) };
        told(await tenantTransaction(database.app, tenant, (tx) => registerAccount(tx, wanted)), flags, sentence("is registered"));
      }),
    );

  numbered(tenantCommand(group, "change", "change an account; what is not given stays"))
    .argument("<id>", "as apg account list shows it")
    .option("--name <name>", "as the treasurer calls it")
    .option("--active <word>", "yes or no: whether it is in use")
    .option("--closed-on <day>", "such as 2026-01-31")
    .action((id: string, flags: AccountFlags, command: Command) =>
      ofTenant<AccountFlags>(context, async ({ database }, tenant) => {
        const account = uuidOf(id, "account", "apg account list");
        const { name, active, closedOn } = flags;
        const change: AccountChange = {
          ...detailsOf(flags),
          ...(name === undefined ? {} : { name }),
          ...(active === undefined ? {} : { active: yesOrNo(active) }),
          ...(closedOn === undefined ? {} : { closedOn }),
        };
        told(await tenantTransaction(database.app, tenant, (tx) => changeAccount(tx, account, change)), flags, sentence("is changed"));
      })(flags, command),
    );
};

function numbered(command: Command): Command {
  return command
    .option("--iban <iban>", "its IBAN")
    .option("--number <number>", "the bank's own number, where there is no IBAN or statements speak of it")
    .option("--entity <id>", "whose it is")
    .option("--bank <id>", "which bank keeps it")
    .option("--overdraft <amount>", "how far below zero it may go");
}

function detailsOf({ iban, number, entity, bank, overdraft }: AccountFlags) {
  return {
    ...(iban === undefined ? {} : { iban }),
    ...(number === undefined ? {} : { number }),
    ...(entity === undefined ? {} : { entityId: uuidOf(entity, "entity", "GET /api/v1/entities") }),
    ...(bank === undefined ? {} : { bankId: uuidOf(bank, "bank", "GET /api/v1/banks") }),
    ...(overdraft === undefined ? {} : { overdraftLimit: overdraft }),
  };
}

function yesOrNo(word: string): boolean {
  if (word === "yes" || word === "no") return word === "yes";
  throw new Problem("invalid_input", `"${word}" is neither yes nor no`, { hint: "Write --active yes, or --active no." });
}

const sentence = (what: string) => (account: Account) => `${account.name} (…${account.last4}, ${account.currency}) ${what}: ${account.id}`;
