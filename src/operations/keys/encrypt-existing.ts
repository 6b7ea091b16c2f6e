import { lastFour } from "../../keys/blind-index.ts";
import { tenantKeys } from "../../keys/key-ring.ts";
import { type places as allPlaces, places } from "../../keys/places.ts";
import type { TenantKeys } from "../../keys/tenant-keys.ts";
import type { Pool } from "../../postgres/connect.ts";
import { rows } from "../../postgres/rows.ts";
import { adminTransaction, type TenantTransaction } from "../../postgres/transaction.ts";
import { resealAccounts } from "./reseal.ts";

/**
 * Encrypts what databases of before migration 0037 hold in clear, tenant by tenant in small transactions. A row is in clear until
 * it is encrypted, so whoever is killed in between goes on with what is left. Migration 0038 then writes the tables anew, since the old
 * versions of rows would stay in their files.
 */
export async function encryptExisting(admin: Pool, log: (line: string) => void): Promise<void> {
  const tenants = await admin.query<{ id: string }>("select tenant_id as id from cash_management.list_tenants() order by 1");
  for (const { id } of tenants.rows) {
    for (const { table, encrypt } of conversions) {
      let done = 0;
      for (let last: string | null = nothingYet; last !== null; ) {
        const batch: Batch = await asOwner(admin, id, async (tx) => encrypt(tx, await tenantKeys(tx), last as string));
        done += batch.rows;
        last = batch.last;
      }
      if (done > 0) log(`encrypted ${done} rows of ${table}, tenant ${id}`);
    }
  }
}

interface Batch {
  readonly rows: number;
  /** Where to go on; null when nothing is left. */
  readonly last: string | null;
}

interface Conversion {
  readonly table: string;
  encrypt(tx: TenantTransaction, keys: TenantKeys, after: string): Promise<Batch>;
}

const nothingYet = "00000000-0000-0000-0000-000000000000";
const batchRows = 1000;
const finished: Batch = { rows: 0, last: null };

const conversions: readonly Conversion[] = [
  { table: "cm_cash_accounts", encrypt: encryptAccounts },
  { table: "cm_account_identifiers", encrypt: encryptIdentifiers },
  numbers("cm_counterparties", "iban", "iban", places.counterpartyIban, "id", null),
  numbers("cm_bank_transactions", "counterparty_account", "counterparty_account", places.entryCounterparty, "id", null),
  numbers(
    "cm_bank_transaction_details",
    "counterparty_account",
    "counterparty_account",
    places.detailCounterparty,
    "transaction_id",
    "ordinal",
  ),
  { table: "cm_deliveries", encrypt: encryptDeliveries },
  bytes("cm_delivery_chunks", "gzip", places.deliveryBytes, "delivery_id", "ordinal"),
  bytes("cm_bank_connections", "credentials", places.credentials, "id", null),
];

/** As the owner of the tables, whom migration 0037 lets see all rows until 0038. */
function asOwner<T>(admin: Pool, tenantId: string, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
  return adminTransaction(admin, async (client) => {
    await client.query("set local role cm_owner");
    return work({
      tenantId,
      actor: "apg db migrate",
      client,
      query: (text, values) => client.query(text, values === undefined ? [] : [...values]),
    });
  });
}

async function encryptAccounts(tx: TenantTransaction, keys: TenantKeys): Promise<Batch> {
  const found = await rows<{ id: string; plain: string; currency: string }>(
    tx,
    `select id, account_number as plain, currency
     from cash_management.cm_cash_accounts
     where tenant_id = $1 and account_number is not null
     limit 100
     for update`,
    [tx.tenantId],
  );
  if (found.length === 0) return finished;
  await resealAccounts(
    tx,
    found.map(({ id, plain, currency }) => ({ id, number: plain, lastFour: lastFour(plain), currency })),
  );
  await tx.query(
    `update cash_management.cm_cash_accounts as a
     set account_number = null, account_number_encrypted = n.encrypted, account_number_index = n.index, last_four = n.last
     from unnest($2::uuid[], $3::bytea[], $4::text[], $5::text[]) as n (id, encrypted, index, last)
     where a.tenant_id = $1 and a.id = n.id`,
    [
      tx.tenantId,
      found.map(({ id }) => id),
      ...three(
        keys,
        places.accountNumber,
        found.map(({ id, plain }) => ({ row: id, plain })),
      ),
    ],
  );
  return { rows: found.length, last: nothingYet };
}

async function encryptIdentifiers(tx: TenantTransaction, keys: TenantKeys): Promise<Batch> {
  const found = await rows<{ plain: string; currency: string }>(
    tx,
    `select identifier as plain, currency
     from cash_management.cm_account_identifiers
     where tenant_id = $1 and identifier is not null
     limit ${batchRows}
     for update`,
    [tx.tenantId],
  );
  const indexes = found.map(({ plain }) => keys.index("account", plain));
  const encrypted = found.map(({ plain, currency }, at) => keys.encryptText(places.accountIdentifier, `${indexes[at]}/${currency}`, plain));
  await tx.query(
    `update cash_management.cm_account_identifiers as i
     set identifier = null, identifier_index = n.index, identifier_encrypted = n.encrypted
     from unnest($2::text[], $3::text[], $4::text[], $5::bytea[]) as n (plain, currency, index, encrypted)
     where i.tenant_id = $1 and i.identifier = n.plain and i.currency = n.currency`,
    [tx.tenantId, found.map(({ plain }) => plain), found.map(({ currency }) => currency), indexes, encrypted],
  );
  return found.length === 0 ? finished : { rows: found.length, last: nothingYet };
}

type Place = (typeof allPlaces)[keyof typeof allPlaces];

/** A column of account numbers that becomes three: encrypted, blind index, last four. */
function numbers(table: string, plain: string, name: string, place: Place, id: string, ordinal: string | null): Conversion {
  const key = ordinal === null ? `${id}::text` : `${id} || '/' || ${ordinal}`;
  return {
    table,
    async encrypt(tx, keys, after) {
      const found = await rows<{ id: string; row: string; plain: string }>(
        tx,
        `select ${id} as id, ${key} as row, ${plain} as plain
         from cash_management.${table}
         where tenant_id = $1 and ${id} >= $2 and ${plain} is not null
         order by ${id}
         limit ${batchRows}
         for update`,
        [tx.tenantId, after],
      );
      if (found.length === 0) return finished;
      await tx.query(
        `update cash_management.${table} as t
         set ${plain} = null, ${name}_encrypted = n.encrypted, ${name}_index = n.index, ${name}_last_four = n.last
         from unnest($2::text[], $3::bytea[], $4::text[], $5::text[]) as n (row, encrypted, index, last)
         where t.tenant_id = $1 and t.${id} = split_part(n.row, '/', 1)::uuid ${ordinal === null ? "" : `and t.${ordinal} = split_part(n.row, '/', 2)::integer`}`,
        [tx.tenantId, found.map(({ row }) => row), ...three(keys, place, found)],
      );
      return { rows: found.length, last: found.at(-1)?.id ?? null };
    },
  };
}

/** A column of bytes that is encrypted where it stands. */
function bytes(table: string, column: string, place: Place, id: string, ordinal: string | null): Conversion {
  const key = ordinal === null ? `${id}::text` : `${id} || '/' || ${ordinal}`;
  return {
    table,
    async encrypt(tx, keys, after) {
      const found = await rows<{ id: string; row: string; plain: Buffer }>(
        tx,
        `select ${id} as id, ${key} as row, ${column} as plain
         from cash_management.${table}
         where tenant_id = $1 and ${id} >= $2 and substring(${column} from 1 for 3) <> '\\x415047'
         order by ${id}
         limit 16
         for update`,
        [tx.tenantId, after],
      );
      if (found.length === 0) return finished;
      await tx.query(
        `update cash_management.${table} as t
         set ${column} = n.encrypted
         from unnest($2::text[], $3::bytea[]) as n (row, encrypted)
         where t.tenant_id = $1 and t.${id} = split_part(n.row, '/', 1)::uuid ${ordinal === null ? "" : `and t.${ordinal} = split_part(n.row, '/', 2)::integer`}`,
        [tx.tenantId, found.map(({ row }) => row), found.map(({ row, plain }) => keys.encrypt(place, row, plain))],
      );
      return { rows: found.length, last: found.at(-1)?.id ?? null };
    },
  };
}

async function encryptDeliveries(tx: TenantTransaction, keys: TenantKeys, after: string): Promise<Batch> {
  const found = await rows<{ id: string; name: string; sha256: Buffer }>(
    tx,
    `select id, file_name as name, sha256
     from cash_management.cm_deliveries
     where tenant_id = $1 and id >= $2 and sha256 is not null
     order by id
     limit ${batchRows}
     for update`,
    [tx.tenantId, after],
  );
  if (found.length === 0) return finished;
  await tx.query(
    `update cash_management.cm_deliveries as d
     set file_name = null, sha256 = null, file_name_encrypted = n.name, sha256_encrypted = n.sha256, content_index = n.index
     from unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::text[]) as n (id, name, sha256, index)
     where d.tenant_id = $1 and d.id = n.id`,
    [
      tx.tenantId,
      found.map(({ id }) => id),
      found.map(({ id, name }) => keys.encryptText(places.deliveryFileName, id, name)),
      found.map(({ id, sha256 }) => keys.encrypt(places.deliveryDigest, id, sha256)),
      found.map(({ sha256 }) => keys.index("file", sha256.toString("hex"))),
    ],
  );
  return { rows: found.length, last: found.at(-1)?.id ?? null };
}

function three(
  keys: TenantKeys,
  place: Place,
  found: readonly { readonly row: string; readonly plain: string }[],
): [Buffer[], string[], string[]] {
  return [
    found.map(({ row, plain }) => keys.encryptText(place, row, plain)),
    found.map(({ plain }) => keys.index("account", plain)),
    found.map(({ plain }) => lastFour(plain)),
  ];
}
