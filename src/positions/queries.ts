import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Day } from "../time/day.ts";

/** What was known at a moment, or what is known: superseded rows are invisible to the present only. */
export type KnownAt = string | null;

export interface AnchoredAccount {
  id: string;
  name: string;
  last_four: string;
  currency: string;
  bank_id: string | null;
  bank: string | null;
  entity_id: string | null;
  entity: string | null;
  is_active: boolean;
  calendar_id: string | null;
  statement_cycle: "daily" | "weekly" | "monthly" | "none";
  expected_by: string;
  expected_time_zone: string;
  closing_id: string | null;
  closing_day: Day | null;
  closing: string | null;
  closing_state: "sealed" | "unproven" | "gap" | "break" | null;
  unproven: string;
  provisional: string;
  outside_through: Day | null;
  shifted: string;
}

/**
 * Every account with its last closing at or before a day, and what moved behind it outside the chain. Its cost is a few index
 * probes an account, whatever the number of flows; its plan is kept by the server (database/migrations/0019, 0039).
 */
export function anchoredAccounts(
  tx: TenantTransaction,
  day: Day,
  knownAt: KnownAt,
  valueBasis: boolean,
  accountId: string | null,
): Promise<AnchoredAccount[]> {
  return rows<AnchoredAccount>(
    tx,
    `select l.id, l.name, l.last_four, l.currency, l.bank_id, l.bank, l.entity_id, l.entity, l.is_active, l.calendar_id, l.statement_cycle,
       l.expected_by::text as expected_by, l.expected_time_zone, p.closing_id, p.closing_day, p.closing_minor::text as closing,
       p.closing_state, coalesce(p.unproven_minor, 0)::text as unproven, coalesce(p.provisional_minor, 0)::text as provisional,
       p.outside_through, coalesce(p.shifted_minor, 0)::text as shifted
     from cash_management.account_labels($1, $5) as l
     join cash_management.account_positions($1, $2, $3, $4, $5) as p on p.id = l.id
     order by l.name, l.id`,
    [tx.tenantId, day, knownAt, valueBasis, accountId],
  );
}

export interface ClosingStep {
  account_id: string;
  id: string;
  day: Day;
  closing: string;
  credits: string;
  debits: string;
  state: "sealed" | "unproven" | "gap" | "break";
}

/** Closings behind a day, for the course of balances. */
export function closingsBetween(
  tx: TenantTransaction,
  after: Day,
  to: Day,
  knownAt: KnownAt,
  accountId: string | null,
): Promise<ClosingStep[]> {
  return rows<ClosingStep>(
    tx,
    `select account_id, id, day, closing_minor::text as closing, credits_minor::text as credits, debits_minor::text as debits, state
     from cash_management.cm_day_closings
     where tenant_id = $1 and day > $2 and day <= $3 and ($4::uuid is null or account_id = $4)
       and ${knownAt === null ? "superseded_at is null" : "recorded_at <= $5 and (superseded_at is null or superseded_at > $5)"}
     order by account_id, day`,
    knownAt === null ? [tx.tenantId, after, to, accountId] : [tx.tenantId, after, to, accountId, knownAt],
  );
}

export interface OutsideStep {
  account_id: string;
  day: Day;
  net: string;
  provisional: boolean;
}

/** Days outside the chain up to a day: intraday reports, and statements without balances. */
export function outsideUntil(tx: TenantTransaction, to: Day, knownAt: KnownAt, accountId: string | null): Promise<OutsideStep[]> {
  return rows<OutsideStep>(
    tx,
    `select account_id, day, sum(net_minor)::text as net, state = 'provisional' as provisional
     from cash_management.cm_statement_days
     where tenant_id = $1 and closing_minor is null and day <= $2 and ($3::uuid is null or account_id = $3)
       and ${knownAt === null ? "superseded_at is null" : "recorded_at <= $4 and (superseded_at is null or superseded_at > $4)"}
     group by account_id, day, state = 'provisional'
     order by account_id, day`,
    knownAt === null ? [tx.tenantId, to, accountId] : [tx.tenantId, to, accountId, knownAt],
  );
}

export interface ShiftStep {
  account_id: string;
  from_day: Day;
  until_day: Day;
  net: string;
}

/** What the value-date balance differs by, on the days [from_day, until_day). */
export function shiftsBetween(tx: TenantTransaction, from: Day, to: Day, knownAt: KnownAt, accountId: string | null): Promise<ShiftStep[]> {
  return rows<ShiftStep>(
    tx,
    `select account_id, from_day, until_day, sum(case when back_valued then net_minor else -net_minor end)::text as net
     from cash_management.cm_value_shifts
     where tenant_id = $1 and until_day > $2 and from_day <= $3 and ($4::uuid is null or account_id = $4)
       and ${knownAt === null ? "superseded_at is null" : "recorded_at <= $5 and (superseded_at is null or superseded_at > $5)"}
     group by account_id, from_day, until_day`,
    knownAt === null ? [tx.tenantId, from, to, accountId] : [tx.tenantId, from, to, accountId, knownAt],
  );
}

export interface CalendarRow {
  id: string;
  weekend_days: number[];
  exceptions: { day: Day; kind: "holiday" | "business" }[];
}

/** Business calendars with the days that differ, around a span. */
export function calendars(tx: TenantTransaction, ids: readonly string[], from: Day, to: Day): Promise<CalendarRow[]> {
  return rows<CalendarRow>(
    tx,
    `select c.id, c.weekend_days,
       coalesce((
         select jsonb_agg(jsonb_build_object('day', d.day, 'kind', d.kind))
         from cash_management.cm_calendar_days d
         where d.tenant_id = $1 and d.calendar_id = c.id and d.day between $3::date - 31 and $4::date + 31
       ), '[]') as exceptions
     from cash_management.cm_calendars c
     where c.tenant_id = $1 and c.id = any($2::uuid[])`,
    [tx.tenantId, ids, from, to],
  );
}

export interface CalendarClosing {
  account_id: string;
  day: Day;
  state: "sealed" | "unproven" | "gap" | "break";
  closing: string;
  entries: number;
  statement_id: string;
}

export function calendarClosings(tx: TenantTransaction, from: Day, to: Day, accountId: string | null): Promise<CalendarClosing[]> {
  return rows<CalendarClosing>(
    tx,
    `select account_id, day, state, closing_minor::text as closing, entry_count as entries, statement_id
     from cash_management.cm_day_closings
     where tenant_id = $1 and day between $2 and $3 and superseded_at is null and ($4::uuid is null or account_id = $4)
     order by account_id, day`,
    [tx.tenantId, from, to, accountId],
  );
}
