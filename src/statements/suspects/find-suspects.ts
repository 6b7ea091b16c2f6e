import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";

/** Days by which two exports date one entry apart: booked before a weekend in one, after it in the other. */
const daysApart = 3;

/**
 * Notes which entries of statements without balances, just posted, may be one with an entry that another statement told: the same
 * amount on the same account, at most three days apart, in other words. Equal amounts of one day are paired in their order, so that
 * twins told again are as many pairs; each new entry is suspected once.
 * @returns how many pairs were found
 */
export async function findSuspects(tx: TenantTransaction, statements: readonly string[], from: Day, to: Day): Promise<number> {
  if (statements.length === 0) return 0;
  const found = await rows<{ id: string }>(
    tx,
    `with entry as (
       select
         id, account_id, statement_id, booking_date, amount_minor, fingerprint, recorded_at, statement_id = any($2::uuid[]) as fresh,
         row_number() over (partition by account_id, statement_id, booking_date, amount_minor order by ordinal) as place
       from cash_management.cm_bank_transactions
       where tenant_id = $1 and booking_date between $3::date - ${daysApart} and $4::date + ${daysApart}
         and state = 'booked' and superseded_at is null
         and account_id in (
           select account_id from cash_management.cm_statements where tenant_id = $1 and id = any($2::uuid[])
         )
     ),
     pair as (
       select n.account_id, k.id as earlier_id, k.booking_date as earlier_day, n.id as later_id, n.booking_date as later_day
       from entry n
       cross join lateral (
         select e.id, e.booking_date
         from entry e
         where not e.fresh and e.account_id = n.account_id and e.amount_minor = n.amount_minor and e.fingerprint <> n.fingerprint
           and e.booking_date between n.booking_date - ${daysApart} and n.booking_date + ${daysApart}
         order by greatest(e.booking_date, n.booking_date) - least(e.booking_date, n.booking_date), e.place <> n.place, e.recorded_at, e.id
         limit 1
       ) k
       where n.fresh
     )
     insert into cash_management.cm_suspected_duplicates (tenant_id, account_id, earlier_id, earlier_day, later_id, later_day, found_at)
     select $1::text, account_id, earlier_id, earlier_day, later_id, later_day, clock_timestamp()
     from pair
     on conflict (tenant_id, earlier_id, later_id) do nothing
     returning id`,
    [tx.tenantId, statements, from, to],
  );
  return found.length;
}
