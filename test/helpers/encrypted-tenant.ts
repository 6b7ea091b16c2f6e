import { tenantKeys } from "../../src/keys/key-ring.ts";
import { places } from "../../src/keys/places.ts";
import { encryptedColumns } from "../../src/operations/keys/encrypted-columns.ts";
import { valuePosition } from "../../src/positions/position.ts";
import { type TenantTransaction, tenantTransaction } from "../../src/postgres/transaction.ts";
import { importFile } from "../../src/statements/import.ts";
import { recomputedSeal } from "../../src/statements/sealing/recompute.ts";
import { openTenant } from "../../src/tenants/open-tenant.ts";
import type { Day } from "../../src/time/day.ts";
import { camt053, fileOf } from "./camt.ts";
import { asTenant, type TestDatabase } from "./postgres.ts";

const partner = "DE88100900001234567892";
export const clientSecret = "the provider's secret";

/** A tenant with encrypted values in every column that has such, and days that are sealed. */
export async function encryptedTenant(database: TestDatabase, id: string, days = 6): Promise<void> {
  await openTenant(database.admin, { id, name: `The ${id}` }, { actor: "test" });
  for (let day = 1; day <= days; day += 1) {
    const entries = [{ amount: "3.00", details: ["1.00", "2.00"] }, { amount: "-2.00" }];
    const on = `2026-03-${String(day).padStart(2, "0")}`;
    const text = camt053({ day: on, opening: `${day - 1}.00`, closing: `${day}.00`, entries });
    const account = (side: string) => `<${side}><Id><IBAN>${partner}</IBAN></Id></${side}>`;
    const told = text.replaceAll("<RmtInf>", `<RltdPties>${account("DbtrAcct")}${account("CdtrAcct")}</RltdPties><RmtInf>`);
    await importFile(database.app, { tenantId: id, actor: "test" }, fileOf(`${on}.xml`, told));
  }
  await tenantTransaction(database.admin, { tenantId: id, actor: "test" }, async (tx) => {
    const keys = await tenantKeys(tx);
    const row = "a0000000-0000-4000-8000-000000000001";
    await tx.query(
      `insert into cash_management.cm_counterparties (tenant_id, id, name, iban_encrypted, iban_index, iban_last_four)
       values ($1, $2, 'Partner', $3, $4, '7892')`,
      [id, row, keys.encryptText(places.counterpartyIban, row, partner), keys.index("account", partner)],
    );
    await tx.query("insert into cash_management.cm_banks (tenant_id, id, name) values ($1, $2, 'Some bank')", [id, row]);
    await tx.query(
      "insert into cash_management.cm_bank_connections (tenant_id, id, bank_id, name, credentials, credentials_index) values ($1, $2, $2, 'Connection', $3, $4)",
      [id, row, keys.encryptText(places.credentials, row, "user:password"), keys.indexOfSecret("user:password")],
    );
    await tx.query(
      `insert into cash_management.cm_idempotency_keys (tenant_id, key, actor, request_index, status, response_encrypted)
       values ($1, 'upload-1', 'test', $2, 200, $3)`,
      [id, keys.index("request", "digest"), keys.encryptText(places.storedAnswer, "upload-1", "{}")],
    );
    await tx.query(
      `insert into cash_management.cm_bank_files
         (tenant_id, id, connection_id, name_encrypted, version_index, byte_count, sha256_encrypted, moved_to_encrypted)
       values ($1, $2, $2, $3, 'version', 5, $4, $5)`,
      [
        id,
        row,
        keys.encryptText(places.bankFileName, row, "statement.xml"),
        keys.encrypt(places.bankFileDigest, row, Buffer.alloc(32, 7)),
        keys.encryptText(places.bankFileTarget, row, "done/statement.xml"),
      ],
    );
    await tx.query(
      "insert into cash_management.cm_bank_file_pieces (tenant_id, file_id, ordinal, content_encrypted) values ($1, $2, 1, $3)",
      [id, row, keys.encrypt(places.bankFilePiece, `${row}/1`, Buffer.from("bytes"))],
    );
    await tx.query(
      `insert into cash_management.cm_identity_providers (tenant_id, name, issuer, client_id, client_secret, allowed_domains)
       values ($1, 'Provider', 'https://id.example', 'apg', $2, '{example.com}')`,
      [id, keys.encryptText(places.clientSecret, id, clientSecret)],
    );
    await tx.query(
      `with rule as (
         insert into cash_management.cm_approval_policies (tenant_id, kind) values ($1, 'account_master') returning tenant_id, id
       )
       insert into cash_management.cm_approval_requests (
         tenant_id, id, kind, subject, payload, payload_hash, policy_id, approvals_needed, approver_role, requested_by, expires_at, input_encrypted)
       select tenant_id, $2, 'account_master', 'Account', '{}', sha256('{}'), id, 1, 'approver', 'test', now() + interval '1 day', $3
       from rule`,
      [id, row, keys.encryptText(places.approvalInput, row, partner)],
    );
  });
}

/** Every encrypted value of the tenant as the program reads it, by where it stands. */
export function readEverything(database: TestDatabase, tenantId: string): Promise<Record<string, string>> {
  return asTenant(database, tenantId, async (tx) => {
    const keys = await tenantKeys(tx);
    const clear: Record<string, string> = {};
    for (const { table, column, place, keys: names } of encryptedColumns) {
      const { rows } = await tx.query<{ row: string; value: Buffer }>(
        `select ${names.map((name) => `${name}::text`).join(" || '/' || ")} as row, ${column} as value
         from cash_management.${table} where tenant_id = $1 and ${column} is not null`,
        [tenantId],
      );
      for (const { row, value } of rows) clear[`${table}.${column} ${row}`] = keys.decrypt(place, row, value).toString("base64");
    }
    return clear;
  });
}

/** Stored seals, the same seals recomputed from the entries, and the position. */
export function sealsAndPosition(database: TestDatabase, tenantId: string) {
  return asTenant(database, tenantId, async (tx) => {
    const { rows } = await tx.query<{ account: string; day: Day; seal: string }>(
      `select account_id as account, day, encode(seal_hash, 'hex') as seal from cash_management.cm_day_closings
       where tenant_id = $1 and superseded_at is null and seal_hash is not null order by day`,
      [tenantId],
    );
    const recomputed = await recompute(tx, rows);
    const { totals } = await valuePosition(tx, { asOf: "2026-03-31" as Day });
    return { stored: rows.map(({ seal }) => seal), recomputed, totals };
  });
}

async function recompute(tx: TenantTransaction, closings: readonly { account: string; day: Day }[]): Promise<string[]> {
  const seals: string[] = [];
  for (const { account, day } of closings) seals.push(await recomputedSeal(tx, account, day));
  return seals;
}
