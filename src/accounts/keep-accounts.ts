import type { Guarded } from "../access/approvals/approvals.ts";
import { guardedWrite } from "../access/approvals/guarded-write.ts";
import { Problem } from "../errors/problem.ts";
import { lastFour, normalise } from "../keys/blind-index.ts";
import { tenantKeys } from "../keys/key-ring.ts";
import { places } from "../keys/places.ts";
import { parseMoney } from "../money/money.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { parseDay } from "../time/day.ts";
import { getAccount } from "./accounts.ts";
import type { Account, AccountChange, NewAccount } from "./contract.ts";
import { isIban } from "./iban.ts";
import { registerAccounts } from "./register-accounts.ts";

/**
 * Makes an account one's own: a new one, or one that a statement opened by itself. A four-eyes rule on account_master may want
 * another person first.
 * @throws Problem `conflict` when the account is registered, `invalid_input`
 */
export async function registerAccount(tx: TenantTransaction, wanted: NewAccount): Promise<Guarded<Account>> {
  const { iban = null, currency } = wanted;
  const number = requireNumber(wanted);
  const known = await findAccount(tx, iban ?? number, currency);
  if (known?.discovered === false)
    throw new Problem("conflict", `the account …${lastFour(iban ?? number)} in ${currency} is registered: ${known.name}`, {
      hint: `Change it instead: PATCH /api/v1/accounts/${known.id}, apg account change ${known.id}.`,
    });
  const { name, entityId = null, bankId = null } = wanted;
  const adds = await otherNumber(tx, iban, number);
  return guardedWrite(tx, { input: { register: wanted }, ...(adds === null ? {} : { adds }) }, async () => {
    if (known !== null) await setColumns(tx, known.id, { name, entity_id: entityId, bank_id: bankId, discovered: false });
    await registerAccounts(tx, [
      {
        ...{ name: name.trim(), entityId, bankId, iban, number, currency },
        expectedBy: wanted.expectedBy ?? "09:00",
        timeZone: wanted.timeZone ?? "UTC",
        overdraftLimitMinor: wanted.overdraftLimit === undefined ? 0n : parseMoney(wanted.overdraftLimit, currency).minor,
        openedOn: wanted.openedOn === undefined ? null : parseDay(wanted.openedOn),
      },
    ]);
    const made = await findAccount(tx, iban ?? number, currency);
    return getAccount(tx, (made as KnownAccount).id);
  });
}

/**
 * Changes what is given; the rest stays. Another number is a change like any other, so that a rule holds it too.
 * @throws Problem `not_found`, `invalid_input`, `conflict` when another account has the number
 */
export async function changeAccount(tx: TenantTransaction, id: string, change: AccountChange): Promise<Guarded<Account>> {
  const { currency } = await getAccount(tx, id);
  const number = change.iban === undefined && change.number === undefined ? null : requireNumber(change);
  const { name, entityId, bankId, active, overdraftLimit, closedOn } = change;
  const columns: Record<string, unknown> = {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(entityId === undefined ? {} : { entity_id: entityId }),
    ...(bankId === undefined ? {} : { bank_id: bankId }),
    ...(active === undefined ? {} : { is_active: active }),
    ...(closedOn === undefined ? {} : { closed_on: closedOn }),
    ...(overdraftLimit === undefined ? {} : { overdraft_limit_minor: parseMoney(overdraftLimit, currency).minor.toString() }),
    ...(number === null ? {} : await numberColumns(tx, id, change.iban ?? number, change.iban !== undefined)),
  };
  if (Object.keys(columns).length === 0)
    throw new Problem("invalid_input", "nothing is to be changed", { hint: "Give what is to change." });
  return guardedWrite(tx, { input: { change: { id, ...change } } }, async () => {
    await setColumns(tx, id, columns);
    if (number !== null) await nameAccount(tx, id, change.iban ?? number, currency);
    return getAccount(tx, id);
  });
}

/** Carries out an approved account_master: whatever was asked for, again. */
export async function carryOutAccount(tx: TenantTransaction, _request: unknown, input: unknown): Promise<void> {
  const asked = input as { register?: NewAccount; change?: AccountChange & { id: string } } | null;
  if (asked?.register !== undefined) await registerAccount(tx, asked.register);
  if (asked?.change !== undefined) {
    const { id, ...change } = asked.change;
    await changeAccount(tx, id, change);
  }
}

interface KnownAccount {
  readonly id: string;
  readonly name: string;
  readonly discovered: boolean;
}

async function findAccount(tx: TenantTransaction, number: string, currency: string): Promise<KnownAccount | null> {
  const index = (await tenantKeys(tx)).index("account", number);
  const [found] = await rows<KnownAccount>(
    tx,
    `select id, name, discovered
     from cash_management.cm_cash_accounts
     where tenant_id = $1 and account_number_index = $2 and currency = $3`,
    [tx.tenantId, index, currency],
  );
  return found ?? null;
}

/** The account's number as the bank writes it. @throws Problem `invalid_input` */
function requireNumber({ iban, number }: { readonly iban?: string | undefined; readonly number?: string | undefined }): string {
  if (iban !== undefined && !isIban(iban))
    throw new Problem("invalid_input", `…${lastFour(iban)} is not an IBAN: its check digits do not fit`, {
      hint: "Compare it with the bank's letter; a number that is no IBAN is given as number (--number).",
    });
  const given = number ?? iban;
  if (given === undefined || !/^[^\s]{1,64}$/.test(normalise(given)))
    throw new Problem("invalid_input", "an account has an IBAN, or a number of 1 to 64 characters", {
      hint: "Give iban (--iban) or number (--number).",
    });
  return given;
}

/** The bank's own number beside the IBAN is a name of its own: who approves the account approves it too. */
async function otherNumber(tx: TenantTransaction, iban: string | null, number: string): Promise<Readonly<Record<string, unknown>> | null> {
  if (iban === null || normalise(iban) === normalise(number)) return null;
  return { identifiers: [(await tenantKeys(tx)).index("account", number)], numbers: [`…${lastFour(number)}`] };
}

async function numberColumns(tx: TenantTransaction, id: string, number: string, isIbanNumber: boolean): Promise<Record<string, unknown>> {
  const keys = await tenantKeys(tx);
  return {
    account_number_encrypted: keys.encryptText(places.accountNumber, id, number),
    account_number_index: keys.index("account", number),
    last_four: lastFour(number),
    account_scheme: isIbanNumber ? "iban" : "other",
  };
}

/** Column names are ours. A column that another one's number takes is a conflict the database tells. */
async function setColumns(tx: TenantTransaction, id: string, columns: Readonly<Record<string, unknown>>): Promise<void> {
  const names = Object.keys(columns);
  await tx.query(
    `update cash_management.cm_cash_accounts set ${names.map((name, at) => `${name} = $${at + 3}`).join(", ")} where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, ...Object.values(columns)],
  );
}

/** The names of before stay: statements of old speak of them. */
async function nameAccount(tx: TenantTransaction, id: string, number: string, currency: string): Promise<void> {
  const keys = await tenantKeys(tx);
  const index = keys.index("account", number);
  await tx.query(
    `insert into cash_management.cm_account_identifiers (tenant_id, identifier_index, identifier_encrypted, currency, account_id)
     values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, identifier_index, currency) do nothing`,
    [tx.tenantId, index, keys.encryptText(places.accountIdentifier, `${index}/${currency}`, number), currency, id],
  );
}
