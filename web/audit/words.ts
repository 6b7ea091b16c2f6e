import type { AuditEntry } from "../../src/audit/contract.ts";

const verbs: Readonly<Record<AuditEntry["operation"], string>> = {
  INSERT: "added",
  UPDATE: "changed",
  DELETE: "removed",
  TRUNCATE: "emptied",
  DDL: "redefined",
};

export const operationChoices = Object.entries(verbs).map(([value, label]) => ({ value, label }));

export function verbOf({ operation }: AuditEntry): string {
  return verbs[operation];
}

/** "cm_cash_accounts" as a person would say it. */
export function objectOf({ table }: Pick<AuditEntry, "table">): string {
  return table.replace(/^cm_/, "").replaceAll("_", " ");
}

export function whoOf({ actorName, actor, login }: AuditEntry): string {
  return actorName ?? actor ?? login;
}

export interface Difference {
  readonly column: string;
  readonly before: string | null | undefined;
  readonly after: string | null | undefined;
}

/** Column by column; `undefined` where a side does not have it. */
export function differencesOf({ before, after }: AuditEntry): Difference[] {
  const columns = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort();
  return columns.map((column) => ({ column, before: before?.[column], after: after?.[column] }));
}

/** What changed, in one line. */
export function summaryOf(entry: AuditEntry): string {
  if (entry.rows > 1) return `${entry.rows} rows, kept as one digest`;
  if (entry.operation === "UPDATE")
    return differencesOf(entry)
      .filter(({ column }) => column !== "updated_at")
      .map(({ column, before, after }) => `${column}: ${before ?? "nothing"} → ${after ?? "nothing"}`)
      .join(" · ");
  const values = entry.after ?? entry.before ?? {};
  return values["name"] ?? values["email"] ?? values["file_name"] ?? entry.key ?? "";
}
