import { Problem } from "../../errors/problem.ts";
import { tenantKeys } from "../../keys/key-ring.ts";
import { places } from "../../keys/places.ts";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import type { UploadedFile } from "../../statements/contract.ts";
import { importFile } from "../../statements/import.ts";
import type { FileSource } from "../../statements/posting/deliveries.ts";
import { raiseAlert, resolveAlert, subjectOfFile } from "./alerts.ts";
import { type ConnectionInUse, connectionInUse } from "./connection.ts";
import type { BankFile } from "./contract.ts";
import { getFile, insertFile, versionOf } from "./files.ts";
import { noteCovered } from "./queries.ts";
import { settleArrival } from "./settle-arrival.ts";
import { linkDeliveries, problemOfRefusal, termsOf } from "./take.ts";

export interface BroughtFile extends FileSource {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Takes a file that is brought to a connection of kind upload. The same bytes under the same name again change nothing and get the
 * same answer, however often.
 * @throws Problem `forbidden` for a key that the connection is not tied to, `invalid_input` for one whose files are fetched
 */
export async function deliverFile(pool: Pool, context: TenantContext, connectionId: string, file: BroughtFile): Promise<BankFile> {
  const connection = await tenantRead(pool, context, (tx) => connectionInUse(tx, connectionId));
  requireMayBring(connection, context.actor ?? "");
  const result = await importFile(pool, context, file, { channel: "bank", terms: termsOf(connection) });
  return tenantTransaction(pool, context, async (tx) => {
    const keys = await tenantKeys(tx);
    const facts = { name: file.name, bytes: file.bytes, modifiedAt: null, key: `${file.sha256} ${file.name}` };
    const version = versionOf(keys, connectionId, facts);
    const id = await insertFile(tx, keys, { ...facts, connectionId, version, status: "pending" });
    await linkDeliveries(tx, id, [result]);
    const refused = result.outcome === "refused";
    const problem = refused ? problemOfRefusal(result) : null;
    await tx.query(
      `update cash_management.cm_bank_files
       set sync_status = $3, outcome = coalesce(outcome, $4), problem = $5, attempts = attempts + 1, last_sync_attempt = now(),
         stored_bytes = byte_count, sha256_encrypted = coalesce(sha256_encrypted, $6), at_bank = 'left', ended_at = case when $3 = 'imported' then now() end,
         ended_by = case when $3 = 'imported' then $7 end
       where tenant_id = $1 and id = $2 and sync_status in ('pending', 'error')`,
      [
        tx.tenantId,
        id,
        refused ? "error" : "imported",
        result.outcome,
        problem === null ? null : JSON.stringify(problem),
        keys.encrypt(places.bankFileDigest, id, Buffer.from(file.sha256, "hex")),
        tx.actor,
      ],
    );
    await noteArrival(tx, connection, id, result, problem?.message ?? null);
    return getFile(tx, id);
  });
}

async function noteArrival(
  tx: Parameters<Parameters<typeof tenantTransaction>[2]>[0],
  connection: ConnectionInUse,
  id: string,
  result: UploadedFile,
  refusal: string | null,
): Promise<void> {
  if (refusal !== null) {
    const message = `A file of ${connection.bankName} (${connection.name}) could not be imported: ${refusal}`;
    await raiseAlert(tx, { rule: "broken", subject: subjectOfFile(id), message, detail: { connection: connection.id, file: id } });
    return;
  }
  await resolveAlert(tx, "broken", subjectOfFile(id));
  await noteCovered(tx, connection.id, result.deliveryId === null ? [] : [result.deliveryId]);
  await settleArrival(tx, connection.id);
}

function requireMayBring(connection: ConnectionInUse, actor: string): void {
  if (connection.kind !== "upload")
    throw new Problem("invalid_input", `files of ${connection.name} are fetched, not brought`, {
      hint: "Make a connection of kind upload, or upload statements at POST /api/v1/statements.",
    });
  if (connection.apiKeyId === null || actor === `key:${connection.apiKeyId}`) return;
  throw new Problem("forbidden", `${connection.name} takes files from one API key alone, and this is not it`, {
    detail: { connection: connection.id },
    hint: "Use the key that apg bank status names, or tie another with apg bank edit --api-key.",
  });
}
