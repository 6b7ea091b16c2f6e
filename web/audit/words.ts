import type { AuditEntry, SealState } from "../../src/audit/contract.ts";

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

/** Seals follow within five seconds; somewhat more is still nothing to worry anybody with. */
const unremarkableSeconds = 10;

/** Said only when seals are late: by how much, and what a person can make of it. */
export function lagOf({ behindSeconds, heldBack }: SealState): { readonly because: string; readonly why: string } | null {
  if (behindSeconds <= unremarkableSeconds) return null;
  if (heldBack === null) return { because: "", why: "The sealer does not run: ask whoever runs this installation." };
  const since = heldBack.seconds === null ? "" : ` for ${spanOf(heldBack.seconds)}`;
  const who = heldBack.pid === null ? "a prepared transaction" : `a transaction (process ${heldBack.pid})`;
  return {
    because: `: held back by ${who} that runs${since}`,
    why: "What was changed meanwhile is recorded, and is sealed when that transaction ends.",
  };
}

/** "42 s", "7 min", "3 h" */
export function spanOf(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}
