import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Day } from "../time/day.ts";

/** The business days of a country or bank: a weekday rule and the days that differ from it. */
export interface NewCalendar {
  readonly name: string;
  /** ISO weekdays, 1 Monday … 7 Sunday. */
  readonly weekendDays: readonly number[];
  readonly holidays: readonly Day[];
}

export interface NewBank {
  readonly name: string;
  readonly bic: string;
  readonly country: string;
  readonly timeZone: string;
  /** Name of a calendar of the tenant; Monday to Friday when null. */
  readonly calendar: string | null;
}

/** Adds calendars that are not there yet by their name, and days to those that are. */
export async function registerCalendars(tx: TenantTransaction, calendars: readonly NewCalendar[]): Promise<void> {
  const values = [tx.tenantId, JSON.stringify(calendars)];
  await tx.query(
    `insert into cash_management.cm_calendars (tenant_id, name, weekend_days)
     select $1::text, n.name, n."weekendDays"
     from jsonb_to_recordset($2::jsonb) as n (name text, "weekendDays" smallint[])
     on conflict (tenant_id, name) do nothing`,
    values,
  );
  await tx.query(
    `insert into cash_management.cm_calendar_days (tenant_id, calendar_id, day)
     select $1::text, c.id, d.day::date
     from jsonb_to_recordset($2::jsonb) as n (name text, holidays text[])
     join cash_management.cm_calendars c on c.tenant_id = $1 and c.name = n.name
     cross join unnest(n.holidays) as d (day)
     on conflict (tenant_id, calendar_id, day) do nothing`,
    values,
  );
}

/**
 * Adds banks that are not there yet by their BIC.
 * @returns ids by BIC
 */
export async function registerBanks(tx: TenantTransaction, banks: readonly NewBank[]): Promise<ReadonlyMap<string, string>> {
  await tx.query(
    `insert into cash_management.cm_banks (tenant_id, name, bic, country, time_zone, calendar_id)
     select $1::text, n.name, n.bic, n.country, n."timeZone", c.id
     from jsonb_to_recordset($2::jsonb) as n (name text, bic text, country text, "timeZone" text, calendar text)
     left join cash_management.cm_calendars c on c.tenant_id = $1 and c.name = n.calendar
     on conflict (tenant_id, bic) do nothing`,
    [tx.tenantId, JSON.stringify(banks)],
  );
  const found = await rows<{ id: string; bic: string }>(
    tx,
    `select b.id, b.bic
     from cash_management.cm_banks b
     where b.tenant_id = $1 and b.bic = any ($2::text[])`,
    [tx.tenantId, banks.map(({ bic }) => bic)],
  );
  return new Map(found.map(({ id, bic }) => [bic, id]));
}
