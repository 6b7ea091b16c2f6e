import { Problem } from "../../errors/problem.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { NewProfile, StatementProfile } from "./contract.ts";

/** All profiles of the tenant by name; there are few. */
export async function listProfiles(tx: TenantTransaction): Promise<StatementProfile[]> {
  const found = await rows<ProfileRow>(tx, `${selectProfiles} where p.tenant_id = $1 order by p.name`, [tx.tenantId]);
  return found.map(profileOf);
}

/** @throws Problem `not_found` */
export async function getProfile(tx: TenantTransaction, id: string): Promise<StatementProfile> {
  const [row] = await rows<ProfileRow>(tx, `${selectProfiles} where p.tenant_id = $1 and p.id = $2`, [tx.tenantId, id]);
  if (row === undefined) throw new Problem("not_found", `there is no profile ${id}`, { hint: "List them: GET /api/v1/statement-profiles" });
  return profileOf(row);
}

/** Of a command: by name or id. @throws Problem `not_found` */
export async function profileNamed(tx: TenantTransaction, name: string): Promise<StatementProfile> {
  const all = await listProfiles(tx);
  const found = all.find((profile) => profile.name === name || profile.id === name);
  if (found !== undefined) return found;
  const names = all.map((profile) => `"${profile.name}"`).join(", ");
  throw new Problem("not_found", `there is no profile "${name}"`, {
    hint: all.length === 0 ? "None is saved: save one in the preview of a file (Statements, Read a table)." : `There are ${names}.`,
  });
}

/** @throws Problem `conflict` when the name is taken, `invalid_input` */
export async function saveProfile(tx: TenantTransaction, profile: NewProfile): Promise<StatementProfile> {
  await checkProfile(tx, profile);
  const [row] = await rows<{ id: string }>(
    tx,
    `insert into cash_management.cm_statement_profiles (tenant_id, name, account_id, currency, choices, created_by)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, name) do nothing
     returning id`,
    [tx.tenantId, profile.name.trim(), ...valuesOf(profile), tx.actor],
  );
  if (row === undefined) throw nameTaken(profile.name);
  return getProfile(tx, row.id);
}

/** @throws Problem `not_found`, `conflict`, `invalid_input` */
export async function changeProfile(tx: TenantTransaction, id: string, profile: NewProfile): Promise<StatementProfile> {
  await getProfile(tx, id);
  await checkProfile(tx, profile);
  const name = profile.name.trim();
  if ((await listProfiles(tx)).some((other) => other.id !== id && other.name === name)) throw nameTaken(name);
  await tx.query(
    `update cash_management.cm_statement_profiles
     set name = $3, account_id = $4, currency = $5, choices = $6
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, name, ...valuesOf(profile)],
  );
  return getProfile(tx, id);
}

/** @throws Problem `not_found`, `conflict` while a connection reads with it */
export async function removeProfile(tx: TenantTransaction, id: string): Promise<void> {
  const { name } = await getProfile(tx, id);
  const used = await rows<{ name: string }>(
    tx,
    "select name from cash_management.cm_bank_connections where tenant_id = $1 and profile_id = $2 order by name limit 3",
    [tx.tenantId, id],
  );
  if (used.length > 0)
    throw new Problem("conflict", `the profile "${name}" is used by ${used.map((one) => `"${one.name}"`).join(", ")}`, {
      hint: "Give these bank connections another profile first.",
    });
  await tx.query("delete from cash_management.cm_statement_profiles where tenant_id = $1 and id = $2", [tx.tenantId, id]);
}

async function checkProfile(tx: TenantTransaction, { accountId, currency, table }: NewProfile): Promise<void> {
  const roles = new Set(table.columns?.map(({ role }) => role));
  if (
    table.columns !== undefined &&
    (!(roles.has("bookingDate") || roles.has("valueDate")) || !["amount", "debit", "credit"].some((role) => roles.has(role as "amount")))
  )
    throw new Problem("invalid_input", "a profile needs a column of booking dates and one of amounts, or of debits and credits", {
      hint: "Say what the columns hold: bookingDate, and amount, or debit and credit.",
    });
  if (accountId === null || accountId === undefined) return;
  const [account] = await rows<{ currency: string }>(
    tx,
    "select currency from cash_management.cm_cash_accounts where tenant_id = $1 and id = $2",
    [tx.tenantId, accountId],
  );
  if (account === undefined)
    throw new Problem("not_found", `there is no account ${accountId}`, { hint: "List them: GET /api/v1/accounts" });
  if (currency !== null && currency !== undefined && currency !== account.currency)
    throw new Problem("invalid_input", `the account is in ${account.currency}, not in ${currency}`, {
      hint: "Leave the currency out: the account has one.",
    });
}

function nameTaken(name: string): Problem {
  return new Problem("conflict", `there is a profile "${name.trim()}" already`, { hint: "Choose another name, or change that profile." });
}

function valuesOf({ accountId, currency, table }: NewProfile): unknown[] {
  return [accountId ?? null, currency ?? null, JSON.stringify(table)];
}

interface ProfileRow {
  id: string;
  name: string;
  account_id: string | null;
  account_name: string | null;
  currency: string | null;
  choices: StatementProfile["table"];
  created_by: string;
  created_at: Date | string;
  updated_at: Date | string;
}

const selectProfiles = `select p.id, p.name, p.account_id, a.name as account_name, coalesce(p.currency, a.currency) as currency, p.choices,
       p.created_by, p.created_at, p.updated_at
     from cash_management.cm_statement_profiles p
     left join cash_management.cm_cash_accounts a on a.tenant_id = $1 and a.id = p.account_id`;

function profileOf(row: ProfileRow): StatementProfile {
  return {
    ...{ id: row.id, name: row.name, accountId: row.account_id, accountName: row.account_name, currency: row.currency },
    table: row.choices,
    createdBy: row.created_by,
    createdAt: new Date(row.created_at).toISOString(),
    updatedAt: new Date(row.updated_at).toISOString(),
  };
}
