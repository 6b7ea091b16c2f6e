import { v7 as uuidv7 } from "uuid";
import { tenantKeys } from "../keys/key-ring.ts";
import { places } from "../keys/places.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Listed } from "../statements/windows.ts";
import type { Counterparty } from "./contract.ts";
import { nameKey } from "./fold.ts";
import type { SortedEntry } from "./queries.ts";

/**
 * Who is on the other side of entries: found by the account (whatever the name says today), else by the name without its spelling, else
 * noted down as new. Own accounts are nobody else.
 * @returns ids by entry
 */
export async function recognise(
  tx: TenantTransaction,
  entries: readonly SortedEntry[],
  ownAccounts: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const named = entries
    .filter(({ name, accountIndex }) => name !== null && (accountIndex === null || !ownAccounts.has(accountIndex)))
    .map((entry) => ({ entry, key: nameKey(entry.name ?? "") }))
    .filter(({ key }) => key !== "");
  if (named.length === 0) return new Map();
  const indexes = [...new Set(named.map(({ entry }) => entry.accountIndex).filter((index) => index !== null))];
  const byAccount = new Map(
    (
      await rows<{ id: string; index: string }>(
        tx,
        "select distinct on (iban_index) id, iban_index as index from cash_management.cm_counterparties where tenant_id = $1 and iban_index = any($2::text[]) order by iban_index, created_at, id",
        [tx.tenantId, indexes],
      )
    ).map(({ id, index }) => [index, id]),
  );
  const wanted = named.filter(({ entry }) => entry.accountIndex === null || !byAccount.has(entry.accountIndex));
  const keys = [...new Set(wanted.map(({ key }) => key))].sort();
  const byName = await idsByName(tx, keys);
  const missing = keys.filter((key) => !byName.has(key));
  if (missing.length > 0) {
    const first = new Map(wanted.toReversed().map(({ entry, key }) => [key, entry]));
    await note(
      tx,
      missing.map((key) => ({ key, entry: first.get(key) as SortedEntry })),
    );
    for (const [key, id] of await idsByName(tx, missing)) byName.set(key, id);
  }
  return new Map(
    named.flatMap(({ entry, key }) => {
      const id = (entry.accountIndex === null ? undefined : byAccount.get(entry.accountIndex)) ?? byName.get(key);
      return id === undefined ? [] : [[entry.id, id] as const];
    }),
  );
}

async function idsByName(tx: TenantTransaction, keys: readonly string[]): Promise<Map<string, string>> {
  const found = await rows<{ id: string; key: string }>(
    tx,
    "select id, name_key as key from cash_management.cm_counterparties where tenant_id = $1 and name_key = any($2::text[])",
    [tx.tenantId, keys],
  );
  return new Map(found.map(({ id, key }) => [key, id]));
}

/** In the order of their keys, so that two who note the same names cannot wait for each other. */
async function note(tx: TenantTransaction, news: readonly { readonly key: string; readonly entry: SortedEntry }[]): Promise<void> {
  const accounts = await accountsOf(
    tx,
    news.map(({ entry }) => entry).filter(({ accountIndex }) => accountIndex !== null),
  );
  const keys = await tenantKeys(tx);
  const made = news.map(({ key, entry }) => {
    const id = uuidv7();
    const account = accounts.get(entry.id);
    const iban =
      account === undefined
        ? null
        : keys.encryptText(places.counterpartyIban, id, keys.decryptText(places.entryCounterparty, entry.id, account.encrypted));
    return {
      id,
      key,
      name: (entry.name ?? key).trim().slice(0, 300),
      iban: iban?.toString("base64") ?? null,
      index: iban === null ? null : entry.accountIndex,
      last: iban === null ? null : (account?.last ?? null),
    };
  });
  await tx.query(
    `insert into cash_management.cm_counterparties (tenant_id, id, name, name_key, iban_encrypted, iban_index, iban_last_four)
     select $1::text, n.id, n.name, n.key, decode(n.iban, 'base64'), n.index, n.last
     from jsonb_to_recordset($2::jsonb) as n (id uuid, name text, key text, iban text, index text, last text)
     order by n.key
     on conflict do nothing`,
    [tx.tenantId, JSON.stringify(made)],
  );
}

async function accountsOf(
  tx: TenantTransaction,
  entries: readonly SortedEntry[],
): Promise<Map<string, { encrypted: Buffer; last: string | null }>> {
  if (entries.length === 0) return new Map();
  const days = entries.map(({ day }) => day).sort();
  const found = await rows<{ id: string; encrypted: Buffer | null; last: string | null }>(
    tx,
    `select id, counterparty_account_encrypted as encrypted, counterparty_account_last_four as last
     from cash_management.cm_bank_transactions
     where tenant_id = $1 and id = any($2::uuid[]) and booking_date between $3 and $4`,
    [tx.tenantId, entries.map(({ id }) => id), days[0], days.at(-1)],
  );
  return new Map(found.flatMap(({ id, encrypted, last }) => (encrypted === null ? [] : [[id, { encrypted, last }] as const])));
}

/** Names that begin with the text come first, in their order; then, from three letters on, those that contain it. Keys: name key, id. */
export async function searchCounterparties(
  tx: TenantTransaction,
  text: string,
  page: { readonly limit: number; readonly after: readonly (string | null)[] | null },
): Promise<Listed<Counterparty>[]> {
  const key = nameKey(text);
  const begin = await beginningWith(tx, key, page);
  if (begin.length >= page.limit || key.length < 3 || page.after !== null) return begin;
  const contain = await rows<{ id: string }>(tx, "select id from cash_management.search_counterparties($1, $2)", [
    text.trim(),
    Math.min(100, page.limit),
  ]);
  const seen = new Set(begin.map(({ item }) => item.id));
  const others = contain.map(({ id }) => id).filter((id) => !seen.has(id));
  return [...begin, ...(await byIds(tx, others.slice(0, page.limit - begin.length)))];
}

const columns = `id, name, kind, country, iban_last_four as "last4", coalesce(name_key, '') as key`;
type Row = Counterparty & { key: string };

/** A range of the index in byte order: an index condition under row-level security as well, for text comparisons are leakproof. */
export function prefixStatement(tenantId: string, key: string, limit: number, after: readonly (string | null)[] | null) {
  return {
    text: `select ${columns}
     from cash_management.cm_counterparties
     where tenant_id = $1 and name_key >= $2 and name_key < $3 and ($4::text is null or name_key > $4)
     order by name_key
     limit $5`,
    values: [tenantId, key, `${key}\u{10FFFF}`, after?.[0] ?? null, limit],
  };
}

async function beginningWith(
  tx: TenantTransaction,
  key: string,
  page: { readonly limit: number; readonly after: readonly (string | null)[] | null },
): Promise<Listed<Counterparty>[]> {
  const { text, values } = prefixStatement(tx.tenantId, key, page.limit, page.after);
  return (await rows<Row>(tx, text, values)).map(listed);
}

async function byIds(tx: TenantTransaction, ids: readonly string[]): Promise<Listed<Counterparty>[]> {
  if (ids.length === 0) return [];
  const found = await rows<Row>(
    tx,
    `select ${columns} from cash_management.cm_counterparties where tenant_id = $1 and id = any($2::uuid[]) order by name`,
    [tx.tenantId, ids],
  );
  return found.map(listed);
}

function listed({ key, ...item }: Row): Listed<Counterparty> {
  return { item, key: [key] };
}
