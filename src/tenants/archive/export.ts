import { v7 as uuidv7 } from "uuid";
import { Problem } from "../../errors/problem.ts";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, type TenantTransaction, tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { deliveryBytes, listDeliveries } from "../../statements/deliveries.ts";
import { type TenantTable, tenantTables } from "../catalogue.ts";
import type { TenantState } from "../contract.ts";
import * as queries from "../queries.ts";
import { noTenant } from "../status.ts";
import { type ArchivedFile, type ArchivedTable, type Manifest, manifestPath, manifestText } from "./manifest.ts";
import { readme } from "./readme.ts";
import type { ArchiveSink } from "./sink.ts";
import { plainFormats, type ReadableColumns, secretColumns, tableContent, tableSums } from "./tables.ts";

export interface ExportPools {
  /** apg_user: what goes out is what row-level security lets out. */
  readonly read: Pool;
  /** Where the export is written down; an administrator's for a tenant that is closed. */
  readonly write: Pool;
}

export interface ExportOptions {
  readonly readable: ReadableColumns;
  /** Called ahead of each table and file. */
  readonly progress?: (done: number, total: number, what: string) => void;
}

export interface ExportOutcome {
  readonly manifest: Manifest;
  readonly rows: number;
  readonly bytes: number;
  readonly manifestSha256: string;
}

/** Rows of these are the received files themselves, which go out as they came. */
const carriedAsFiles = new Set(["cash_management.cm_delivery_chunks"]);

/**
 * Writes everything of a tenant to an archive: one CSV file a table, the received files byte for byte, and a manifest, last. One
 * transaction sees one state; memory stays flat. That it was done, and by whom, stands in the audit trail.
 * @throws Problem `tenant_not_found`, `evidence_damaged` when a stored file is no longer what was received
 */
export async function exportTenant(
  pools: ExportPools,
  context: TenantContext,
  sink: ArchiveSink,
  options: ExportOptions,
): Promise<ExportOutcome> {
  const exportId = uuidv7();
  const known = await tenantRead(pools.read, context, queries.selectTenantState);
  if (known === null) throw noTenant(context.tenantId);
  await tenantTransaction(pools.write, context, (tx) => queries.startExport(tx, exportId));
  const outcome = await tenantRead(pools.read, context, (tx) => writeArchive(tx, exportId, sink, options));
  await tenantTransaction(pools.write, context, (tx) => queries.finishExport(tx, exportId, outcome));
  return outcome;
}

async function writeArchive(tx: TenantTransaction, exportId: string, sink: ArchiveSink, options: ExportOptions): Promise<ExportOutcome> {
  await plainFormats(tx);
  const { snapshotAt, schema } = await queries.exportMoment(tx);
  const tenant = (await queries.selectTenantState(tx)) as TenantState;
  const tables = await tenantTables(tx);
  const total = tables.length + (await queries.selectFigures(tx)).deliveries;
  const step = { done: 0 };
  const next = (what: string) => options.progress?.(step.done++, total, what);

  await sink.add("README.txt", () => textOf(readme(tenant)));
  const written: ArchivedTable[] = [];
  for (const table of tables) {
    const name = `${table.schema}.${table.name}`;
    next(name);
    if (!carriedAsFiles.has(name)) written.push(await writeTable(tx, table, sink, options.readable));
  }
  const received: ArchivedFile[] = [];
  for await (const file of receivedFiles(tx)) {
    next(file.path);
    received.push(await writeReceived(tx, file, sink));
  }
  const manifest: Manifest = {
    format: "apg-tenant-archive",
    formatVersion: 1,
    tenant: { id: tenant.id, name: tenant.name },
    schema,
    snapshotAt,
    exportId,
    askedBy: tx.actor,
    tables: written,
    received,
    withheld,
  };
  const { sha256: manifestSha256 } = await sink.add(manifestPath, () => textOf(manifestText(manifest)));
  const sum = (values: readonly number[]) => values.reduce((left, right) => left + right, 0);
  return {
    manifest,
    manifestSha256,
    rows: sum(written.map(({ rows }) => rows)),
    bytes: sum([...written, ...received].map(({ bytes }) => bytes)),
  };
}

const withheld = [
  { what: `columns ${[...secretColumns].join(", ")}`, why: "secrets, or made from secrets: of no use outside and a danger there" },
  { what: "cash_management.cm_delivery_chunks", why: "the received files stand under received/ as they came" },
];

async function writeTable(tx: TenantTransaction, table: TenantTable, sink: ArchiveSink, readable: ReadableColumns): Promise<ArchivedTable> {
  const path = `tables/${table.schema}.${table.name}.csv`;
  let rows = 0;
  const content = await tableContent(tx, table, readable, (count) => {
    rows = count;
  });
  const added = await sink.add(path, content);
  return { table: `${table.schema}.${table.name}`, path, rows, ...added, sums: await tableSums(tx, table) };
}

interface ReceivedFile {
  readonly id: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

async function* receivedFiles(tx: TenantTransaction): AsyncGenerator<ReceivedFile> {
  const limit = 500;
  let after: readonly (string | null)[] | null = null;
  for (;;) {
    const page = await listDeliveries(tx, { limit, after });
    for (const { item } of page)
      yield { id: item.id, path: `received/${item.id}/${plainName(item.file)}`, bytes: item.bytes, sha256: item.sha256 };
    const last = page.at(-1);
    if (page.length < limit || last === undefined) return;
    after = last.key;
  }
}

async function writeReceived(tx: TenantTransaction, file: ReceivedFile, sink: ArchiveSink): Promise<ArchivedFile> {
  const added = await sink.add(file.path, () => deliveryBytes(tx, file.id), file.bytes);
  if (added.sha256 !== file.sha256)
    throw new Problem("evidence_damaged", `the stored file ${file.path} is not what was received`, {
      detail: { delivery: file.id, received: file.sha256, stored: added.sha256 },
      hint: "Restore cm_delivery_chunks of this delivery from a backup.",
    });
  return { path: file.path, deliveryId: file.id, ...added };
}

/** A name that every file system takes; the one the bank gave stands in cm_deliveries. */
function plainName(name: string): string {
  return (
    name
      .replaceAll(/[^\w.-]+/g, "_")
      .replace(/^\.+/, "_")
      .slice(-80) || "file"
  );
}

async function* textOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
