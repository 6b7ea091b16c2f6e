import type { Erasure } from "../contract.ts";
import type { RowsFound } from "./proof.ts";

/** What is kept of the erasure for good, and can be shown to whoever asked for it. Its SHA-256 stands beside it, and in the audit trail. */
export interface Certificate {
  readonly format: "apg-erasure-certificate";
  readonly formatVersion: 1;
  readonly tenant: { readonly id: string; readonly name: string };
  readonly erasure: string;
  readonly reason: string;
  readonly requested: { readonly by: string; readonly at: string };
  readonly begun: { readonly by: string; readonly at: string };
  readonly completed: { readonly by: string; readonly at: string };
  /** By table, when it began. */
  readonly rowsErased: Readonly<Record<string, number>>;
  readonly rowsErasedInAll: number;
  readonly keys: string;
  /** Every table and partition was read afterwards, past all policies. */
  readonly proof: { readonly rowsFound: 0; readonly tablesRead: number; readonly readBy: string; readonly readAt: string };
  readonly remains: readonly { readonly what: string; readonly rows: number; readonly why: string }[];
  readonly beyondThisDatabase: string;
}

export function certificateOf(erasure: Erasure, found: RowsFound, completedBy: string): Certificate {
  const rowsErased = erasure.rowsBefore ?? {};
  return {
    format: "apg-erasure-certificate",
    formatVersion: 1,
    tenant: { id: erasure.tenantId, name: erasure.tenantName },
    erasure: erasure.id,
    reason: erasure.reason,
    requested: { by: erasure.requestedBy, at: erasure.requestedAt },
    begun: { by: erasure.begunBy as string, at: erasure.begunAt as string },
    completed: { by: completedBy, at: found.readAt },
    rowsErased,
    rowsErasedInAll: Object.values(rowsErased).reduce((left, right) => left + right, 0),
    keys: "shredded before the first row was erased: what they encrypted is unreadable, here and in every backup",
    proof: { rowsFound: 0, tablesRead: found.tablesRead, readBy: found.readBy, readAt: found.readAt },
    remains: Object.entries(found.records).map(([what, rows]) => ({ what, rows, why: kept[what] ?? "part of the audit trail" })),
    beyondThisDatabase:
      "Backups, replicas' archives and write-ahead logs of before keep what was not encrypted until they expire; archives that were exported are where they were taken.",
  };
}

export function certificateText(certificate: Certificate): string {
  return `${JSON.stringify(certificate, null, 2)}\n`;
}

const kept: Readonly<Record<string, string>> = {
  "audit.audit_log":
    "append-only and sealed: who changed what and when. Secrets and encrypted columns were never in it in clear; names and texts of changed rows are",
  "audit.tenant_erasures": "the record of this erasure",
};
