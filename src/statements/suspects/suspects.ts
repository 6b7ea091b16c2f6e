import { Problem } from "../../errors/problem.ts";
import { currencyExponent } from "../../money/currencies.ts";
import { minorText } from "../../money/money.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { SuspectDecision, SuspectedDuplicate, SuspectedEntry } from "./contract.ts";

export interface SuspectsFilter {
  /** Those that were decided; the open ones otherwise, as long as both entries are believed. */
  readonly decided?: boolean | undefined;
  readonly accountId?: string | undefined;
  readonly id?: string;
}

/** So many are shown at once: who has more decides some first. */
const shown = 500;

/** Pairs of entries that may be one, newest first. */
export async function listSuspects(tx: TenantTransaction, filter: SuspectsFilter = {}): Promise<SuspectedDuplicate[]> {
  const { decided = false, accountId = null, id = null } = filter;
  const found = await rows<SuspectRow>(
    tx,
    `select
       d.id, d.account_id, a.last_four, a.currency, l.amount_minor::text as amount, d.found_at, d.decision, d.decided_by, d.decided_at,
       ${entryJson("e", "es")} as earlier, ${entryJson("l", "ls")} as later
     from cash_management.cm_suspected_duplicates d
     join cash_management.cm_cash_accounts a on a.tenant_id = d.tenant_id and a.id = d.account_id
     join cash_management.cm_bank_transactions e on e.tenant_id = d.tenant_id and e.id = d.earlier_id and e.booking_date = d.earlier_day
     join cash_management.cm_bank_transactions l on l.tenant_id = d.tenant_id and l.id = d.later_id and l.booking_date = d.later_day
     join cash_management.cm_statements es on es.tenant_id = d.tenant_id and es.id = e.statement_id
     join cash_management.cm_statements ls on ls.tenant_id = d.tenant_id and ls.id = l.statement_id
     where d.tenant_id = $1
       and ($2::uuid is null or d.account_id = $2)
       and ($3::uuid is null or d.id = $3)
       and ($3::uuid is not null or (d.decision is not null) = $4)
       and ($3::uuid is not null or $4 or (e.superseded_at is null and l.superseded_at is null))
     order by d.found_at desc, d.id
     limit ${shown}`,
    [tx.tenantId, accountId, id, decided],
  );
  return found.map(toSuspect);
}

/** @throws Problem `not_found` */
export async function getSuspect(tx: TenantTransaction, id: string): Promise<SuspectedDuplicate> {
  const [found] = await listSuspects(tx, { id });
  if (found === undefined)
    throw new Problem("not_found", `there is no suspected duplicate ${id}`, { hint: "List them: apg statement suspects --tenant TENANT" });
  return found;
}

export function decisionWord(decision: SuspectDecision["decision"]): string {
  return decision === "same" ? "the same" : decision === "different" ? "different" : "open";
}

interface SuspectRow {
  id: string;
  account_id: string;
  last_four: string;
  currency: string;
  amount: string;
  found_at: Date | string;
  decision: "same" | "different" | null;
  decided_by: string | null;
  decided_at: Date | string | null;
  earlier: SuspectedEntry;
  later: SuspectedEntry;
}

function entryJson(entry: string, statement: string): string {
  return `json_build_object('id', ${entry}.id, 'statementId', ${entry}.statement_id, 'bookingDate', ${entry}.booking_date,
         'valueDate', ${entry}.value_date, 'counterparty', ${entry}.counterparty_name, 'text', ${entry}.remittance,
         'format', ${statement}.format, 'recordedAt', to_char(${entry}.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
}

function toSuspect(row: SuspectRow): SuspectedDuplicate {
  return {
    ...{ id: row.id, accountId: row.account_id, account: row.last_four, currency: row.currency },
    amount: minorText(BigInt(row.amount), currencyExponent(row.currency) as number),
    ...{ earlier: row.earlier, later: row.later, foundAt: moment(row.found_at) },
    ...{ decision: row.decision, decidedBy: row.decided_by, decidedAt: row.decided_at === null ? null : moment(row.decided_at) },
  };
}

function moment(value: Date | string): string {
  return new Date(value).toISOString();
}
