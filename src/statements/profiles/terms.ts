import { Problem } from "../../errors/problem.ts";
import { masked } from "../../keys/blind-index.ts";
import { knownKeys } from "../../keys/key-ring.ts";
import { places } from "../../keys/places.ts";
import type { TenantKeys } from "../../keys/tenant-keys.ts";
import { currencyExponent } from "../../money/currencies.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Said, SaidAccount, SavedProfile } from "../said.ts";
import type { ReadTerms, StatementProfile } from "./contract.ts";
import { getProfile, listProfiles } from "./profiles.ts";

/**
 * What readers are to know of a file: what was said of it, the profile that was named, or else all saved profiles, of which one may fit.
 * @throws Problem `not_found`, `invalid_input`, `unknown_currency`
 */
export async function saidOf(tx: TenantTransaction, terms: ReadTerms): Promise<Said> {
  const keys = await knownKeys(tx);
  const profile = terms.profileId === undefined ? null : await getProfile(tx, terms.profileId);
  const profiles = profile !== null || terms.table !== undefined ? [] : await listProfiles(tx);
  if (terms.currency !== undefined && currencyExponent(terms.currency) === undefined)
    throw new Problem("unknown_currency", `"${terms.currency}" is not an ISO 4217 currency`, { hint: "Such as EUR." });
  const chosen = await chosenAccount(tx, keys, terms);
  const accountIds = [...profiles, ...(profile === null ? [] : [profile])].flatMap(({ accountId }) => accountId ?? []);
  const accounts = await accountsById(tx, keys, accountIds);
  const own = profile === null ? null : saved(profile, accounts);
  const account = chosen ?? own?.account ?? null;
  // An account that was named has its own currency, whatever the profile's is.
  const currency = terms.currency ?? (chosen === null ? own?.currency : chosen.currency) ?? null;
  const choices = terms.table ?? own?.choices;
  return { account, currency, profiles: profiles.map((one) => saved(one, accounts)), ...(choices === undefined ? {} : { choices }) };
}

interface KnownAccount extends SaidAccount {
  readonly id: string;
  readonly currency: string | null;
}

function saved(profile: StatementProfile, accounts: ReadonlyMap<string, KnownAccount>): SavedProfile {
  const account = profile.accountId === null ? null : (accounts.get(profile.accountId) ?? null);
  return { id: profile.id, name: profile.name, choices: profile.table, account, currency: profile.currency };
}

/** An account of the register by its id, or any by its number: one that is not known is opened by the import. */
async function chosenAccount(tx: TenantTransaction, keys: TenantKeys | null, terms: ReadTerms): Promise<Omit<KnownAccount, "id"> | null> {
  if (terms.accountId !== undefined && terms.account !== undefined)
    throw new Problem("invalid_input", "the account is said twice", { hint: "Give its id or its number, not both." });
  if (terms.accountId !== undefined) {
    const known = (await accountsById(tx, keys, [terms.accountId])).get(terms.accountId);
    if (known === undefined)
      throw new Problem("not_found", `there is no account ${terms.accountId}`, { hint: "List them: GET /api/v1/accounts" });
    return inCurrency(known, terms);
  }
  if (terms.account === undefined) return null;
  const number = terms.account.replace(/\s+/g, "");
  if (!/^[A-Z0-9./-]{4,40}$/i.test(number))
    throw new Problem("invalid_input", `"${terms.account}" is no account number`, { hint: "Give an IBAN or the bank's number." });
  const found = await accountsByNumber(tx, keys, number);
  const fitting = terms.currency === undefined ? found : found.filter(({ currency }) => currency === terms.currency);
  const [only, ...more] = fitting;
  if (more.length > 0)
    throw new Problem("invalid_input", `the account is held in ${fitting.map(({ currency }) => currency).join(" and ")}`, {
      hint: "Say which: --currency CODE (currency in the API).",
    });
  return only ?? { number, numbers: [number], currency: null };
}

function inCurrency(account: KnownAccount, { currency }: ReadTerms): KnownAccount {
  if (currency === undefined || currency === account.currency) return account;
  throw new Problem("invalid_input", `the account is in ${account.currency}, not in ${currency}`, {
    hint: "Leave the currency out: the account has one.",
  });
}

/**
 * The id of a known account, by its number or id.
 * @throws Problem `not_found`, `invalid_input` when it is held in several currencies
 */
export async function accountNumbered(tx: TenantTransaction, account: string, currency?: string): Promise<string> {
  const keys = await knownKeys(tx);
  const isId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(account);
  const found = isId
    ? [...(await accountsById(tx, keys, [account])).values()]
    : await accountsByNumber(tx, keys, account.replace(/\s+/g, ""));
  const [only, ...more] = found.filter((one) => currency === undefined || one.currency === currency);
  if (only === undefined)
    throw new Problem("not_found", `no account is known by ${isId ? account : masked(account)}`, {
      hint: "Import a statement of it first, or list them: GET /api/v1/accounts",
    });
  if (more.length > 0)
    throw new Problem("invalid_input", `the account is held in ${found.map((one) => one.currency).join(" and ")}`, {
      hint: "Say which: --currency CODE",
    });
  return only.id;
}

interface IdentifierRow {
  account_id: string;
  currency: string;
  number: Buffer;
  identifier: Buffer;
  identifier_index: string;
  identifier_currency: string;
}

async function accountsById(tx: TenantTransaction, keys: TenantKeys | null, ids: readonly string[]): Promise<Map<string, KnownAccount>> {
  if (ids.length === 0 || keys === null) return new Map();
  const found = await rows<IdentifierRow>(
    tx,
    `select a.id as account_id, a.currency, a.account_number_encrypted as number, i.identifier_encrypted as identifier, i.identifier_index,
       i.currency as identifier_currency
     from cash_management.cm_cash_accounts a
     join cash_management.cm_account_identifiers i on i.tenant_id = $1 and i.account_id = a.id
     where a.tenant_id = $1 and a.id = any ($2::uuid[])`,
    [tx.tenantId, [...new Set(ids)]],
  );
  const accounts = new Map<string, KnownAccount>();
  for (const row of found) {
    const number = keys.decryptText(places.accountNumber, row.account_id, row.number);
    const other = keys.decryptText(places.accountIdentifier, `${row.identifier_index}/${row.identifier_currency}`, row.identifier);
    const known = accounts.get(row.account_id);
    accounts.set(row.account_id, { id: row.account_id, number, numbers: [...(known?.numbers ?? [number]), other], currency: row.currency });
  }
  return accounts;
}

async function accountsByNumber(tx: TenantTransaction, keys: TenantKeys | null, number: string): Promise<KnownAccount[]> {
  if (keys === null) return [];
  const found = await rows<{ account_id: string }>(
    tx,
    "select distinct account_id from cash_management.cm_account_identifiers where tenant_id = $1 and identifier_index = $2",
    [tx.tenantId, keys.index("account", number)],
  );
  return [
    ...(
      await accountsById(
        tx,
        keys,
        found.map(({ account_id }) => account_id),
      )
    ).values(),
  ];
}
