import type { ApprovalKind, ApprovalRequest } from "../../src/access/approvals/contract.ts";

/** What a deed is called, as a person would say it. */
export const kindWords: Readonly<Record<ApprovalKind, string>> = {
  person_role: "Trusted role",
  person_recovery: "Way in for a trusted person",
  api_key: "API key that writes",
  approval_policy: "End of a four-eyes rule",
  sign_in: "Sign-in rules",
  account_master: "Account details",
  bank_connection: "Bank connection",
  rate_set: "Exchange rates",
  cash_flow: "Flow by hand",
  tenant_erasure: "Erase the company",
  transfer: "Transfer",
  payment: "Payment",
};

export interface DeedLine {
  readonly name: string;
  /** Null: there was nothing before. */
  readonly before: string | null;
  readonly after: string;
}

/** Told elsewhere on the row, or fingerprints that only the database compares. */
const unsaid = new Set([
  "table",
  "id",
  "amount_minor",
  "currency",
  "account_number_index",
  "credentials_index",
  "identifier_index",
  "identifiers",
]);

const fieldWords: Readonly<Record<string, string>> = {
  last_four: "number",
  account_scheme: "kind of number",
  is_active: "in use",
  discovered: "opened by a statement",
  overdraft_limit_minor: "credit line, minor units",
  iban_index: "IBAN",
  iban_last_four: "IBAN",
  transaction_date: "day",
  bank_id: "bank",
  entity_id: "entity",
  account_id: "account",
  rate_date: "day",
  numbers: "also known as",
};

/** The payload of a request as lines; ids become names where `nameOf` knows them. */
export function deedLines({ payload }: ApprovalRequest, nameOf: (id: string) => string | undefined): DeedLine[] {
  const text = (name: string, value: unknown): string => {
    if (value === null || value === undefined) return "none";
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (name === "last_four" || name === "iban_last_four") return `…${String(value)}`;
    if (Array.isArray(value)) return value.map((one) => text("", one)).join(", ");
    if (typeof value === "object")
      return Object.entries(value)
        .map(([key, one]) => `${key} ${text("", one)}`)
        .join(", ");
    return nameOf(String(value)) ?? String(value);
  };
  const before = record(payload["old"]);
  const rowLike = payload["new"] !== undefined;
  const after = rowLike ? { ...record(payload["new"]), ...record(payload["with"]) } : payload;
  return Object.entries(after)
    .filter(([name, value]) => !unsaid.has(name) && (rowLike || value !== null))
    .map(([name, value]) => ({
      name: fieldWords[name] ?? name.replaceAll("_", " "),
      before: name in before ? text(name, before[name]) : null,
      after: text(name, value),
    }));
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
