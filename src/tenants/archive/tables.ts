import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { TenantTable } from "../catalogue.ts";
import { type CsvField, csvLine, csvRows } from "./csv.ts";
import type { AmountSum } from "./manifest.ts";
import type { Content } from "./sink.ts";

/** Secrets, and what is made from them: an archive is read by many eyes, and none of this is data of the tenant's business. */
export const secretColumns: ReadonlySet<string> = new Set([
  "password_hash",
  "key_hash",
  "token_hash",
  "credentials",
  "credentials_index",
  "input_encrypted",
  "code_hash",
  "client_secret",
  "wrapped",
]);

/**
 * Columns that are kept encrypted and go out readable; null for a table that has none.
 * @returns the row with those columns in clear
 */
export type ReadableColumns = (
  tx: TenantTransaction,
  table: TenantTable,
) => Promise<((row: Readonly<Record<string, CsvField>>) => Readonly<Record<string, CsvField>>) | null>;

/** A table as CSV with a line of titles, streamed by the server's own COPY, in the order of its key. `count` is told the rows. */
export async function tableContent(
  tx: TenantTransaction,
  table: TenantTable,
  readable: ReadableColumns,
  count: (rows: number) => void,
): Promise<Content> {
  const columns = table.columns.filter((name) => !secretColumns.has(name));
  const clear = await readable(tx, table);
  return async function* () {
    const source = tx.client.query(copyTo(copyStatement(tx.tenantId, table, columns)));
    try {
      yield* clear === null ? source : inClear(source, columns, clear);
      count(source.rowCount);
    } finally {
      // The connection is of no use until the server has said all of it.
      if (!source.readableEnded) await drained(source);
    }
  };
}

function copyStatement(tenantId: string, table: TenantTable, columns: readonly string[]): string {
  const names = (list: readonly string[]) => list.map((name) => pg.escapeIdentifier(name)).join(", ");
  const order = table.keyColumns.length === 0 ? "" : ` order by ${names(table.keyColumns)}`;
  const from = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`;
  // COPY takes no parameters; a tenant id has no quote in it, and row-level security stands behind the condition.
  return `copy (select ${names(columns)} from ${from} where tenant_id = ${pg.escapeLiteral(tenantId)}${order})
    to stdout (format csv, header true, encoding 'UTF8')`;
}

async function* inClear(
  source: AsyncIterable<Uint8Array>,
  columns: readonly string[],
  clear: (row: Readonly<Record<string, CsvField>>) => Readonly<Record<string, CsvField>>,
): AsyncGenerator<Buffer> {
  let titles = true;
  for await (const batch of csvRows(source)) {
    const lines = batch.map((row, index) => {
      if (titles && index === 0) return csvLine(row);
      const shown = clear(Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])));
      return csvLine(columns.map((name) => shown[name] ?? null));
    });
    titles = false;
    yield Buffer.from(lines.join(""));
  }
}

async function drained(source: NodeJS.ReadableStream): Promise<void> {
  source.resume();
  await new Promise<void>((resolve) =>
    source
      .once("end", resolve)
      .once("error", () => resolve())
      .once("close", () => resolve()),
  );
}

/** The same figures however an archive is read: times in UTC, ISO dates, all digits. */
export async function plainFormats(tx: TenantTransaction): Promise<void> {
  await tx.query(
    `select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true), set_config('intervalstyle', 'iso_8601', true),
       set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)`,
  );
}

/** What the rows of a table add up to, by the server: an archive is verified against it by adding up what is in it. */
export async function tableSums(tx: TenantTransaction, table: TenantTable): Promise<AmountSum[]> {
  const sums: AmountSum[] = [];
  for (const { column, currency } of table.amounts) {
    const found = await rows<{ currency: string; total: string }>(
      tx,
      `select ${pg.escapeIdentifier(currency)}::text as currency, sum(${pg.escapeIdentifier(column)})::text as total
       from ${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}
       where tenant_id = $1 and ${pg.escapeIdentifier(currency)} is not null and ${pg.escapeIdentifier(column)} is not null
       group by 1
       order by 1`,
      [tx.tenantId],
    );
    const minorByCurrency = Object.fromEntries(found.map((row) => [row.currency, row.total]));
    if (found.length > 0) sums.push({ column, currencyColumn: currency, minorByCurrency });
  }
  return sums;
}
