import { createHash } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { Problem } from "../../errors/problem.ts";
import { knownKeys, tenantKeys } from "../../keys/key-ring.ts";
import { places } from "../../keys/places.ts";
import type { TenantKeys } from "../../keys/tenant-keys.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { PageRequest } from "../../statements/entries.ts";
import type { Listed } from "../../statements/windows.ts";
import { resolveAlert, subjectOfFile } from "./alerts.ts";
import type { BankFile, FileStatus } from "./contract.ts";

/** The same version of a file is the same name, size and time: found again by this, whatever has become of it here. */
export function versionOf(
  keys: TenantKeys,
  connectionId: string,
  file: { readonly name: string; readonly bytes: number; readonly modifiedAt: Date | null; readonly key?: string },
): string {
  const facts = [connectionId, file.key ?? file.name, file.bytes, file.modifiedAt?.getTime() ?? ""].join("\0");
  // A digest first: the index itself makes no difference between upper and lower case, and banks do.
  return keys.index("file", `bank file ${createHash("sha256").update(facts).digest("hex")}`);
}

export async function insertFile(
  tx: TenantTransaction,
  keys: TenantKeys,
  file: {
    readonly connectionId: string;
    readonly name: string;
    readonly bytes: number;
    readonly modifiedAt: Date | null;
    readonly version: string;
    readonly status: FileStatus;
  },
): Promise<string> {
  const id = uuidv7();
  const [row] = await rows<{ id: string }>(
    tx,
    `insert into cash_management.cm_bank_files
       (tenant_id, id, connection_id, name_encrypted, version_index, byte_count, modified_at, sync_status)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (tenant_id, connection_id, version_index) do update set version_index = excluded.version_index
     returning id`,
    [
      tx.tenantId,
      id,
      file.connectionId,
      keys.encryptText(places.bankFileName, id, file.name.slice(0, 500)),
      file.version,
      file.bytes,
      file.modifiedAt,
      file.status,
    ],
  );
  return (row as { id: string }).id;
}

interface FileRow {
  id: string;
  connectionId: string;
  name: Buffer;
  bytes: string | bigint;
  modifiedAt: Date | null;
  syncStatus: FileStatus;
  lastSyncAttempt: Date | null;
  attempts: number;
  nextAttemptAt: Date | null;
  storedBytes: string | bigint;
  outcome: BankFile["outcome"];
  problem: BankFile["problem"];
  atBank: BankFile["atBank"];
  movedTo: Buffer | null;
  sha256: Buffer | null;
  firstSeenAt: Date;
  firstSeenExactly: string;
  endedAt: Date | null;
  endedBy: string | null;
  deliveries: string[];
}

const select = `
  select file.id, file.connection_id as "connectionId", file.name_encrypted as name, file.byte_count as bytes, file.modified_at as "modifiedAt",
    file.sync_status as "syncStatus", file.last_sync_attempt as "lastSyncAttempt", file.attempts, file.next_attempt_at as "nextAttemptAt",
    file.stored_bytes as "storedBytes", file.outcome, file.problem, file.at_bank as "atBank", file.moved_to_encrypted as "movedTo",
    file.sha256_encrypted as sha256, file.first_seen_at as "firstSeenAt", file.first_seen_at::text as "firstSeenExactly",
    file.ended_at as "endedAt", file.ended_by as "endedBy",
    array(
      select part.delivery_id::text
      from cash_management.cm_bank_file_deliveries as part
      where part.tenant_id = $1 and part.file_id = file.id
      order by part.ordinal
    ) as deliveries
  from cash_management.cm_bank_files as file
  where file.tenant_id = $1`;

/** Files of a connection, newest first; those that wait for a person alone with `error`. Keys: first seen, id. */
export async function listFiles(
  tx: TenantTransaction,
  connectionId: string | null,
  page: PageRequest,
  status?: "open" | "error" | undefined,
): Promise<Listed<BankFile>[]> {
  const wanted = status === "error" ? ["error"] : status === "open" ? ["settling", "pending", "stored", "failed", "error"] : null;
  const found = await rows<FileRow>(
    tx,
    `${select} and ($2::uuid is null or file.connection_id = $2) and ($3::text[] is null or file.sync_status = any ($3))
       and ($4::timestamptz is null or (file.first_seen_at, file.id) < ($4::timestamptz, $5::uuid))
     order by file.first_seen_at desc, file.id desc
     limit $6`,
    [tx.tenantId, connectionId, wanted, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );
  const keys = await knownKeys(tx);
  return keys === null ? [] : found.map((row) => ({ item: fileOf(keys, row), key: [row.firstSeenExactly, row.id] }));
}

/** @throws Problem `not_found` */
export async function getFile(tx: TenantTransaction, id: string): Promise<BankFile> {
  const [row] = await rows<FileRow>(tx, `${select} and file.id = $2`, [tx.tenantId, id]);
  if (row === undefined) throw new Problem("not_found", `there is no bank file ${id}`, { hint: "apg bank status shows them." });
  return fileOf(await tenantKeys(tx), row);
}

/** A person has it tried again, at once. @throws Problem `not_found`, `conflict` when there is nothing to try */
export async function retryFile(tx: TenantTransaction, id: string): Promise<BankFile> {
  const file = await getFile(tx, id);
  if (file.syncStatus !== "error" && file.syncStatus !== "failed")
    throw new Problem("conflict", `the file ${id} is ${file.syncStatus}: there is nothing to try again`);
  await tx.query(
    `update cash_management.cm_bank_files
     set sync_status = case when sha256_encrypted is null then 'pending' else 'stored' end, attempts = 0, next_attempt_at = null,
       problem = null, outcome = null
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id],
  );
  return getFile(tx, id);
}

/** A person says that it needs nothing more. What came of it stays; at the bank it stays where it is. @throws Problem as `retryFile` */
export async function dismissFile(tx: TenantTransaction, id: string): Promise<BankFile> {
  const file = await getFile(tx, id);
  if (file.syncStatus !== "error" && file.syncStatus !== "failed")
    throw new Problem("conflict", `the file ${id} is ${file.syncStatus}: there is nothing to dismiss`);
  await tx.query(
    `update cash_management.cm_bank_files
     set sync_status = 'dismissed', next_attempt_at = null, ended_at = now(), ended_by = $3,
       at_bank = case when at_bank = 'there' then 'left' else at_bank end
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, tx.actor],
  );
  await resolveAlert(tx, "broken", subjectOfFile(id));
  return getFile(tx, id);
}

function fileOf(keys: TenantKeys, row: FileRow): BankFile {
  const { firstSeenExactly: _, ...rest } = row;
  return {
    ...rest,
    name: keys.decryptText(places.bankFileName, row.id, row.name),
    bytes: Number(row.bytes),
    storedBytes: Number(row.storedBytes),
    modifiedAt: text(row.modifiedAt),
    lastSyncAttempt: text(row.lastSyncAttempt),
    nextAttemptAt: text(row.nextAttemptAt),
    movedTo: keys.decryptText(places.bankFileTarget, row.id, row.movedTo),
    sha256: row.sha256 === null ? null : keys.decrypt(places.bankFileDigest, row.id, row.sha256).toString("hex"),
    firstSeenAt: text(row.firstSeenAt) as string,
    endedAt: text(row.endedAt),
  };
}

function text(moment: Date | null): string | null {
  return moment === null ? null : new Date(moment).toISOString();
}
