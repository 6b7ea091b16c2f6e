import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { UploadedFile } from "../../statements/contract.ts";
import { importFile } from "../../statements/import.ts";
import type { FileSource } from "../../statements/posting/deliveries.ts";
import type { ReadTerms } from "../../statements/profiles/contract.ts";
import { raiseAlert, resolveAlert, subjectOfFile } from "./alerts.ts";
import { attachmentsOf } from "./channels/mail.ts";
import type { ConnectionInUse } from "./connection.ts";
import type { FileProblem } from "./contract.ts";
import { getFile } from "./files.ts";
import { problemOf } from "./problems.ts";
import * as queries from "./queries.ts";
import { settleArrival } from "./settle-arrival.ts";
import { withBytes } from "./spool.ts";
import type { SyncRun } from "./sync.ts";
import { dropPieces, storedPieces } from "./transfer.ts";

/** So often a file is tried before it waits for a person. */
const mostAttempts = 8;

export async function beginAttempt(run: SyncRun, id: string): Promise<void> {
  await run.inTransaction((tx) =>
    tx.query(
      "update cash_management.cm_bank_files set last_sync_attempt = now(), attempts = attempts + 1 where tenant_id = $1 and id = $2",
      [tx.tenantId, id],
    ),
  );
}

/** Imports what is stored. Killed in between, it is imported again: the same bytes are the same delivery. */
export async function importStored(run: SyncRun, id: string): Promise<"imported" | "duplicate" | "refused"> {
  const file = await run.inTransaction((tx) => getFile(tx, id));
  const fill = (write: (piece: Buffer) => Promise<void>) =>
    run.inTransaction(async (tx) => {
      for await (const piece of storedPieces(tx, id)) await write(piece);
    });
  const results = await withBytes(file.name, file.bytes, run.uploadFolder, fill, (source) => importEach(run, source));
  return run.inTransaction((tx) => noteImported(tx, run, id, results));
}

async function importEach(run: SyncRun, source: FileSource): Promise<UploadedFile[]> {
  const options = { channel: "bank", terms: termsOf(run.connection) } as const;
  if (run.connection.kind !== "mail") return [await importFile(run.pool, run.context, source, options)];
  const message: Uint8Array[] = [];
  for await (const piece of source.open()) message.push(piece);
  const results: UploadedFile[] = [];
  for (const { name, content } of await attachmentsOf(Buffer.concat(message), run.connection.settings))
    results.push(await importFile(run.pool, run.context, { name, open: () => once(content) }, options));
  return results;
}

/** What its profile says of files that are silent: how a table is read, whose it is. */
export function termsOf({ profileId }: ConnectionInUse): ReadTerms {
  return profileId === null ? {} : { profileId };
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

async function noteImported(
  tx: TenantTransaction,
  run: SyncRun,
  id: string,
  results: readonly UploadedFile[],
): Promise<"imported" | "duplicate" | "refused"> {
  await linkDeliveries(tx, id, results);
  await queries.noteCovered(
    tx,
    run.connection.id,
    results.flatMap(({ deliveryId }) => deliveryId ?? []),
  );
  const refused = results.find(({ outcome }) => outcome === "refused");
  if (refused !== undefined) {
    await noteRefused(tx, run, id, problemOfRefusal(refused), "refused");
    return "refused";
  }
  const outcome = results.every((result) => result.outcome === "duplicate") ? "duplicate" : "imported";
  await tx.query(
    `update cash_management.cm_bank_files
     set sync_status = 'imported', outcome = $3, problem = null, next_attempt_at = null, ended_at = now(), ended_by = $4,
       at_bank = case when $5 and at_bank = 'there' then 'left' else at_bank end
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, outcome, tx.actor, (run.connection.settings.after ?? "leave") === "leave"],
  );
  // A message stays whole beside what came of it; a file is the delivery, byte for byte.
  if (run.connection.kind !== "mail") await dropPieces(tx, id);
  await resolveAlert(tx, "broken", subjectOfFile(id));
  await settleArrival(tx, run.connection.id);
  return outcome;
}

export async function linkDeliveries(tx: TenantTransaction, id: string, results: readonly UploadedFile[]): Promise<void> {
  for (const [index, { deliveryId }] of results.entries()) {
    if (deliveryId === null) continue;
    await tx.query(
      `insert into cash_management.cm_bank_file_deliveries (tenant_id, file_id, ordinal, delivery_id)
       values ($1, $2, $3, $4)
       on conflict (tenant_id, file_id, ordinal) do nothing`,
      [tx.tenantId, id, index + 1, deliveryId],
    );
  }
}

/** Trying again would find the same: it waits for a person, who is told. */
async function noteRefused(tx: TenantTransaction, run: SyncRun, id: string, problem: FileProblem, outcome: string | null): Promise<void> {
  await tx.query(
    `update cash_management.cm_bank_files
     set sync_status = 'error', outcome = $4, problem = $3, next_attempt_at = null
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, JSON.stringify(problem), outcome],
  );
  await raiseAlert(tx, {
    rule: "broken",
    subject: subjectOfFile(id),
    message: `A file of ${run.connection.bankName} (${run.connection.name}) could not be imported: ${problem.message}`,
    detail: { connection: run.connection.id, file: id, code: problem.code },
  });
}

export function problemOfRefusal(file: UploadedFile): FileProblem {
  const why = file.problems.find((problem) => problem.severity === "refusal");
  const place = why?.line === null || why?.line === undefined ? "" : `line ${why.line}: `;
  return {
    code: why?.code ?? "statement_refused",
    message: `${place}${why?.message ?? "the file cannot be read"}`,
    hint: "The file is kept as it came; nothing of it was posted. Ask the bank for a good one, then dismiss this.",
  };
}

/** Codes of files that stay as they are, however often they are tried. */
const final: ReadonlySet<string> = new Set(["bank_message_refused", "statement_refused", "payload_too_large"]);

/** An attempt failed: again later, each time after twice as long, or never where that cannot help. @returns whether it waits for a person */
export async function noteFailed(run: SyncRun, id: string, error: unknown): Promise<boolean> {
  const problem = problemOf(error);
  return run.inTransaction(async (tx) => {
    const [row] = await rows<{ attempts: number }>(
      tx,
      "select attempts from cash_management.cm_bank_files where tenant_id = $1 and id = $2",
      [tx.tenantId, id],
    );
    const attempts = row?.attempts ?? 1;
    if (final.has(problem.code) || attempts >= mostAttempts) {
      await noteRefused(tx, run, id, problem, null);
      return true;
    }
    await tx.query(
      `update cash_management.cm_bank_files
       set sync_status = 'failed', problem = $3, next_attempt_at = now() + make_interval(mins => least(60, power(2, $4::int - 1)::int))
       where tenant_id = $1 and id = $2`,
      [tx.tenantId, id, JSON.stringify(problem), attempts],
    );
    return false;
  });
}
