import { tenantKeys } from "../../keys/key-ring.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import { raiseAlert, resolveAlert, subjectOfFile } from "./alerts.ts";
import type { ListedFile } from "./channels/channel.ts";
import type { ConnectionInUse } from "./connection.ts";
import type { FileProblem, FileStatus } from "./contract.ts";
import { insertFile, versionOf } from "./files.ts";

/** A file to be worked on, and where it is at the bank; null when only its stored bytes are needed. */
export interface Task {
  readonly id: string;
  readonly status: FileStatus;
  readonly listed: ListedFile | null;
}

export interface Listing {
  readonly take: readonly Task[];
  /** Imported before, and still where they were: moved or deleted is what a killed program did not get to. */
  readonly dispose: readonly Task[];
  /** Still being written, as far as one can tell; in how many milliseconds to look again. */
  readonly settlingMs: number | null;
}

interface Known {
  readonly id: string;
  readonly version: string;
  readonly status: FileStatus;
  readonly due: boolean;
  readonly settledInMs: number;
  readonly atBank: string;
  readonly outcome: string | null;
}

/** Messages are put into place whole; whatever else is listed may still grow. */
const settleDefaultSeconds = 5;

/**
 * Holds what the bank lists against what is known: what is new, has stood still long enough, is gone, was left over.
 * A version is taken once, however often it is listed.
 */
export async function noteListing(tx: TenantTransaction, connection: ConnectionInUse, listed: readonly ListedFile[]): Promise<Listing> {
  const keys = await tenantKeys(tx);
  const settleSeconds = connection.kind === "mail" ? 0 : (connection.settings.settleSeconds ?? settleDefaultSeconds);
  const byVersion = new Map(listed.map((file) => [versionOf(keys, connection.id, file), file]));
  const known = new Map((await openFiles(tx, connection.id, [...byVersion.keys()], settleSeconds)).map((row) => [row.version, row]));
  for (const [version, file] of byVersion) {
    if (known.has(version)) continue;
    const status = settleSeconds === 0 ? "pending" : "settling";
    const { name, bytes, modifiedAt } = file;
    const id = await insertFile(tx, keys, { connectionId: connection.id, name, bytes, modifiedAt, version, status });
    known.set(version, { id, version, status, due: true, settledInMs: settleSeconds * 1000, atBank: "there", outcome: null });
  }
  await noteGone(
    tx,
    [...known.values()].filter(({ version }) => !byVersion.has(version)),
  );
  const here = [...known.values()].filter(({ version, status }) => byVersion.has(version) || status === "stored");
  const task = ({ id, status, version }: Known): Task => ({ id, status, listed: byVersion.get(version) ?? null });
  const settling = here.filter(({ status, settledInMs }) => status === "settling" && settledInMs > 0);
  const settled = here.filter(({ status, settledInMs }) => status === "settling" && settledInMs <= 0);
  await setStatus(
    tx,
    settled.map(({ id }) => id),
    "pending",
  );
  const back = here.filter(isBack);
  await revive(
    tx,
    back.map(({ id }) => id),
  );
  const keeps = (connection.settings.after ?? "leave") === "leave";
  return {
    take: [...[...settled, ...back].map((row) => ({ ...row, status: "pending" as const })), ...here.filter(isDue)].map(task),
    dispose: keeps ? [] : here.filter(({ status, atBank }) => status === "imported" && atBank === "there").map(task),
    settlingMs: settling.length === 0 ? null : Math.max(50, ...settling.map(({ settledInMs }) => settledInMs)),
  };
}

function isDue({ status, due }: Known): boolean {
  return status === "pending" || status === "stored" || (status === "failed" && due);
}

/** Given up as changed or gone, and listed again as it was. */
function isBack({ status, atBank }: Known): boolean {
  return status === "replaced" || (status === "error" && atBank === "gone");
}

async function revive(tx: TenantTransaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update cash_management.cm_bank_files
     set sync_status = 'pending', at_bank = 'there', problem = null, ended_at = null, ended_by = null
     where tenant_id = $1 and id = any ($2::uuid[])`,
    [tx.tenantId, ids],
  );
  for (const id of ids) await resolveAlert(tx, "broken", subjectOfFile(id));
}

/** Those listed, and those of which something is still to be done. */
function openFiles(tx: TenantTransaction, connectionId: string, versions: readonly string[], settleSeconds: number): Promise<Known[]> {
  return rows<Known>(
    tx,
    `select id, version_index as version, sync_status as status, next_attempt_at is null or next_attempt_at <= now() as due,
       (extract(epoch from first_seen_at + make_interval(secs => $4) - now()) * 1000)::float8 as "settledInMs", at_bank as "atBank", outcome
     from cash_management.cm_bank_files
     where tenant_id = $1 and connection_id = $2
       and (
         version_index = any ($3::text[])
         or sync_status in ('settling', 'pending', 'stored', 'failed')
         or (sync_status = 'imported' and at_bank = 'there')
       )
     order by first_seen_at, id`,
    [tx.tenantId, connectionId, versions, settleSeconds],
  );
}

const gone: FileProblem = {
  code: "bank_file_gone",
  message: "the file was gone from the bank before it was fetched whole",
  hint: "Ask the bank to send it again, or dismiss it.",
};

async function noteGone(tx: TenantTransaction, files: readonly Known[]): Promise<void> {
  const idsOf = (...statuses: FileStatus[]) => files.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
  const forgotten = idsOf("settling");
  // It grew or was renamed before it was taken: the version that is there now is another.
  if (forgotten.length > 0)
    await tx.query("delete from cash_management.cm_bank_files where tenant_id = $1 and id = any ($2::uuid[])", [tx.tenantId, forgotten]);
  for (const id of idsOf("pending", "failed")) {
    await tx.query(
      "update cash_management.cm_bank_files set sync_status = 'error', problem = $3, at_bank = 'gone' where tenant_id = $1 and id = $2 and sha256_encrypted is null",
      [tx.tenantId, id, JSON.stringify(gone)],
    );
    await raiseAlert(tx, { rule: "broken", subject: subjectOfFile(id), message: gone.message });
  }
  const left = idsOf("imported");
  if (left.length > 0)
    await tx.query("update cash_management.cm_bank_files set at_bank = 'gone' where tenant_id = $1 and id = any ($2::uuid[])", [
      tx.tenantId,
      left,
    ]);
}

async function setStatus(tx: TenantTransaction, ids: readonly string[], status: FileStatus): Promise<void> {
  if (ids.length === 0) return;
  await tx.query("update cash_management.cm_bank_files set sync_status = $3 where tenant_id = $1 and id = any ($2::uuid[])", [
    tx.tenantId,
    ids,
    status,
  ]);
}
