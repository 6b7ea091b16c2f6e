import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { addConnection } from "../../src/banks/connections/connections.ts";
import type { BankConnection, BankFile, BankJob, NewBankConnection } from "../../src/banks/connections/contract.ts";
import { listFiles } from "../../src/banks/connections/files.ts";
import type { SyncSurroundings } from "../../src/banks/connections/sync.ts";
import { syncNow } from "../../src/banks/connections/sync-now.ts";
import { tenantRead, tenantTransaction } from "../../src/postgres/transaction.ts";
import { openTenant } from "../../src/tenants/open-tenant.ts";
import type { TestDatabase } from "./postgres.ts";

/** What syncs need in tests: folders of their own, gone afterwards; this machine may be spoken to. */
export function bankSurroundings(database: { readonly current: TestDatabase }): SyncSurroundings & { readonly troubles: unknown[] } {
  const place = mkdtempSync(join(tmpdir(), "apg-test-banks-"));
  afterAll(() => rmSync(place, { recursive: true, force: true }));
  const troubles: unknown[] = [];
  return {
    get pool() {
      return database.current.app;
    },
    bankFolder: join(place, "banks"),
    uploadFolder: join(place, "uploads"),
    allowLocal: true,
    fileLimitBytes: 64 << 20,
    onTrouble: (error) => troubles.push(error),
    troubles,
  };
}

export const treasurer = (tenantId: string) => ({ tenantId, actor: "test" });

export async function openTestTenant(database: TestDatabase, id: string): Promise<void> {
  await openTenant(database.admin, { id, name: `The ${id}` }, { actor: "test" });
}

export async function connect(database: TestDatabase, tenantId: string, wanted: Omit<NewBankConnection, "bank">): Promise<BankConnection> {
  const made = await tenantTransaction(database.app, treasurer(tenantId), (tx) =>
    addConnection(tx, { bank: { name: "Test Bank", timeZone: "Europe/Berlin" }, ...wanted }),
  );
  if (!("done" in made)) throw new Error("it waits for an approval");
  return made.done;
}

/** As often as it takes until nothing waits for a moment any more. */
export function sync(surroundings: SyncSurroundings, tenantId: string, connectionId: string): Promise<BankJob> {
  return syncNow(surroundings, treasurer(tenantId), connectionId);
}

/** Oldest first. */
export async function filesOf(database: TestDatabase, tenantId: string, connectionId: string): Promise<BankFile[]> {
  const found = await tenantRead(database.app, treasurer(tenantId), (tx) => listFiles(tx, connectionId, { limit: 500, after: null }));
  return found.map(({ item }) => item).reverse();
}
