import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import { stagedColumns } from "./staged-row.ts";

/**
 * Entries on their way in: a temporary table of this transaction. None outlives it: what stands in a session's temporary schema would be
 * met by the next tenant's transaction on the connection, and whoever left it there could have put triggers on it (docs/why/signed-context.md).
 */
export async function openStaging(tx: TenantTransaction): Promise<void> {
  await tx.query(`
    set local work_mem = '32MB';
    create temporary table staged_entries (
      stmt integer not null,
      ordinal integer not null,
      id uuid not null,
      booking_date date not null,
      value_date date not null,
      amount_minor bigint not null,
      currency cash_management.currency_code not null,
      state text not null,
      reversal boolean not null,
      bank_reference text,
      reference text,
      end_to_end_id text,
      transaction_reference text,
      mandate_id text,
      uetr text,
      transaction_code text,
      counterparty_name text,
      counterparty_account_encrypted bytea,
      counterparty_account_index text,
      counterparty_account_last_four text,
      counterparty_bic text,
      remittance text,
      structured_reference text,
      purpose text,
      batch_count integer,
      details jsonb,
      line integer not null,
      fingerprint uuid not null,
      occurrence integer not null default 1
    ) on commit drop;
    create temporary table staged_sums (
      stmt integer not null,
      booking_date date not null,
      amount_minor bigint not null,
      state text not null,
      fingerprint uuid not null
    ) on commit drop`);
}

export async function stageRows(tx: TenantTransaction, rows: string): Promise<void> {
  if (rows === "") return;
  await pipeline(
    Readable.from([Buffer.from(rows, "utf8")]),
    tx.client.query(copyFrom(`copy pg_temp.staged_entries (${stagedColumns.join(", ")}) from stdin`)),
  );
}

/** Entries that are posted already need no second look but their sums: what stays staged, stays small. */
export async function keepSums(tx: TenantTransaction): Promise<void> {
  await tx.query(`
    insert into pg_temp.staged_sums (stmt, booking_date, amount_minor, state, fingerprint)
    select stmt, booking_date, amount_minor, state, fingerprint
    from pg_temp.staged_entries;
    truncate pg_temp.staged_entries`);
}
