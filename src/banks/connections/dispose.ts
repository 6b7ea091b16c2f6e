import { tenantKeys } from "../../keys/key-ring.ts";
import { places } from "../../keys/places.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Channel } from "./channels/channel.ts";
import type { Task } from "./listing.ts";
import type { SyncRun } from "./sync.ts";

/**
 * Moves or deletes at the bank what is imported, as the connection says. Asked of the database first, whatever the caller believes;
 * and of the bank, whether it is still the very file.
 */
export async function disposeOf(run: SyncRun, channel: Channel, task: Task): Promise<void> {
  const { after = "leave", moveTo } = run.connection.settings;
  const file = task.listed;
  if (after === "leave" || file === null) return;
  if (!(await run.inTransaction((tx) => isStoredWhole(tx, task.id)))) return;
  const now = await channel.stat(file);
  if (now === null || now.bytes !== file.bytes || now.modifiedAt.getTime() !== file.modifiedAt.getTime()) {
    // Gone by another's hand, or written anew: then the next listing finds the new version.
    if (now === null) await run.inTransaction((tx) => notePlace(tx, task.id, "gone", null));
    return;
  }
  if (after === "delete") {
    await channel.remove(file);
    await run.inTransaction((tx) => notePlace(tx, task.id, "deleted", null));
    return;
  }
  const to = await channel.move(file, moveTo ?? "done");
  await run.inTransaction((tx) => notePlace(tx, task.id, "moved", to));
}

/** Imported, and each of its deliveries stands with all its bytes. */
async function isStoredWhole(tx: TenantTransaction, id: string): Promise<boolean> {
  const [row] = await rows<{ whole: boolean }>(
    tx,
    `select file.sync_status = 'imported' and file.outcome in ('imported', 'duplicate') and file.at_bank = 'there'
       and exists (
         select
         from cash_management.cm_bank_file_deliveries as part
         where part.tenant_id = $1 and part.file_id = file.id
       )
       and not exists (
         select
         from cash_management.cm_bank_file_deliveries as part
         join cash_management.cm_deliveries as delivery on delivery.tenant_id = $1 and delivery.id = part.delivery_id
         where part.tenant_id = $1 and part.file_id = file.id
           and (
             select count(*)
             from cash_management.cm_delivery_chunks as chunk
             where chunk.tenant_id = $1 and chunk.delivery_id = delivery.id
           ) <> ceil(delivery.byte_count / 1048576.0)
       ) as whole
     from cash_management.cm_bank_files as file
     where file.tenant_id = $1 and file.id = $2`,
    [tx.tenantId, id],
  );
  return row?.whole === true;
}

async function notePlace(tx: TenantTransaction, id: string, place: "moved" | "deleted" | "gone", to: string | null): Promise<void> {
  const keys = await tenantKeys(tx);
  await tx.query("update cash_management.cm_bank_files set at_bank = $3, moved_to_encrypted = $4 where tenant_id = $1 and id = $2", [
    tx.tenantId,
    id,
    place,
    keys.encryptText(places.bankFileTarget, id, to),
  ]);
}
