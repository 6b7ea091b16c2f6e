import { currencyExponent } from "../../money/currencies.ts";
import { minorText } from "../../money/money.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { UploadedFile } from "../contract.ts";
import type { Planned } from "./plan.ts";

export async function insertStatements(
  tx: TenantTransaction,
  planned: readonly Planned[],
  deliveryId: string,
  recordedAt: string,
): Promise<void> {
  await rows(
    tx,
    `insert into cash_management.cm_statements (
       tenant_id, id, delivery_id, account_id, ordinal, kind, format, statement_number, sequence, page, last_page, created_by_bank_at,
       copy_indicator, period_from, period_to, entries_from, entries_to, currency, opening_minor, closing_minor, credits_minor, debits_minor,
       entry_count, status, duplicate_of, problems, line, recorded_at)
     select $1::text, id, $2, account_id, ordinal, kind, format, statement_number, sequence, page, last_page, created_by_bank_at, copy_indicator,
       period_from, period_to, entries_from, entries_to, currency, opening, closing, credits, debits, entries, status, duplicate_of, problems,
       line, $3
     from jsonb_to_recordset($4::jsonb) as s (
       id uuid, account_id uuid, ordinal integer, kind text, format text, statement_number text, sequence bigint, page integer,
       last_page boolean, created_by_bank_at text, copy_indicator text, period_from date, period_to date, entries_from date, entries_to date,
       currency text, opening bigint, closing bigint, credits bigint, debits bigint, entries integer, status text, duplicate_of uuid,
       problems jsonb, line integer)
     order by ordinal`,
    [tx.tenantId, deliveryId, recordedAt, JSON.stringify(planned.map(statementRow))],
  );
}

export async function insertBalances(tx: TenantTransaction, planned: readonly Planned[]): Promise<void> {
  const balances = planned.flatMap(({ candidate }) =>
    candidate.terms.balances.map(({ balance, minor }, index) => ({
      statement_id: candidate.statementId,
      ordinal: index + 1,
      type: balance.type,
      code: balance.code,
      interim: balance.interim,
      amount: minor.toString(),
      currency: balance.currency,
      day: balance.date,
    })),
  );
  if (balances.length === 0) return;
  await rows(
    tx,
    `insert into cash_management.cm_statement_balances (tenant_id, statement_id, ordinal, type, code, interim, amount_minor, currency, day)
     select $1::text, statement_id, ordinal, type, code, interim, amount, currency, day
     from jsonb_to_recordset($2::jsonb) as b (
       statement_id uuid, ordinal integer, type text, code text, interim boolean, amount bigint, currency text, day date)`,
    [tx.tenantId, JSON.stringify(balances)],
  );
}

/** The first answer again, for a file that came before. */
export async function statementsOfDelivery(tx: TenantTransaction, deliveryId: string): Promise<UploadedFile["statements"]> {
  const found = await rows<{
    id: string;
    account_id: string;
    last4: string;
    currency: string;
    status: UploadedFile["statements"][number]["status"];
    period_from: string;
    period_to: string;
    opening: string | null;
    closing: string | null;
    entries: number;
  }>(
    tx,
    `select s.id, s.account_id, a.last_four as last4, s.currency, s.status, s.period_from, s.period_to,
       s.opening_minor::text as opening, s.closing_minor::text as closing, s.entry_count as entries
     from cash_management.cm_statements s
     join cash_management.cm_cash_accounts a on a.tenant_id = s.tenant_id and a.id = s.account_id
     where s.tenant_id = $1 and a.tenant_id = $1 and s.delivery_id = $2
     order by s.ordinal`,
    [tx.tenantId, deliveryId],
  );
  return found.map((row) => {
    const amount = (minor: string | null) => (minor === null ? null : minorText(BigInt(minor), currencyExponent(row.currency) as number));
    return {
      statementId: row.id,
      accountId: row.account_id,
      account: row.last4,
      currency: row.currency,
      outcome: "duplicate",
      status: row.status,
      openingDate: row.period_from,
      closingDate: row.period_to,
      opening: amount(row.opening),
      closing: amount(row.closing),
      entries: row.entries,
      newEntries: 0,
    };
  });
}

function statementRow({ candidate, verdict, duplicateOf }: Planned): Record<string, unknown> {
  const { terms } = candidate;
  const { draft } = terms;
  return {
    id: candidate.statementId,
    account_id: candidate.accountId,
    ordinal: draft.ordinal,
    kind: draft.header.kind,
    format: candidate.format,
    statement_number: draft.header.id,
    sequence: draft.header.sequence,
    page: draft.header.page,
    last_page: draft.lastPage,
    created_by_bank_at: draft.header.createdAt,
    copy_indicator: draft.header.copy,
    period_from: terms.periodFrom,
    period_to: terms.periodTo,
    entries_from: draft.firstDay,
    entries_to: draft.lastDay,
    currency: terms.currency,
    opening: terms.opening?.toString() ?? null,
    closing: terms.closing?.toString() ?? null,
    credits: draft.credits.toString(),
    debits: draft.debits.toString(),
    entries: draft.entries,
    status: verdict === "post" ? terms.status : verdict,
    duplicate_of: duplicateOf,
    problems: draft.problems.slice(0, 100),
    line: draft.header.line,
  };
}
