import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";
import { lockAccounts, momentOfKnowledge } from "../posting/accounts.ts";
import { sumsOfDay } from "../posting/sums-of-day.ts";
import type { SuspectDecision, SuspectedDuplicate } from "./contract.ts";
import { getSuspect } from "./suspects.ts";

/**
 * Writes down what a person says of two entries. "same": the later one counts for nothing from now on; "different" or null (taken back):
 * both count. The later entry's fingerprint stays known either way, so the same export again changes nothing. What was known before
 * stays as it was for whoever asks for a moment before.
 * @throws Problem `not_found`
 */
export async function decideSuspect(tx: TenantTransaction, id: string, decision: SuspectDecision["decision"]): Promise<SuspectedDuplicate> {
  const { accountId } = await getSuspect(tx, id);
  await lockAccounts(tx, [accountId]);
  const before = await getSuspect(tx, id);
  if (before.decision === decision) return before;
  const now = await momentOfKnowledge(tx);
  await tx.query(
    `update cash_management.cm_suspected_duplicates
     set decision = $3, decided_by = $4, decided_at = $5
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, decision, tx.actor, now],
  );
  if ((before.decision === "same") !== (decision === "same")) await count(tx, before, decision !== "same", now);
  return getSuspect(tx, id);
}

/** Takes the later entry out of its day, or back into it. A day that a statement with balances tells by now is left as that tells it. */
async function count(tx: TenantTransaction, { later }: SuspectedDuplicate, counts: boolean, now: string): Promise<void> {
  const [day] = await rows<LaterDay>(
    tx,
    `select t.account_id, t.ledger_day as day, t.statement_id
     from cash_management.cm_bank_transactions t
     join cash_management.cm_statement_days d
       on d.tenant_id = t.tenant_id and d.account_id = t.account_id and d.statement_id = t.statement_id and d.day = t.ledger_day
     where t.tenant_id = $1 and t.id = $2 and t.booking_date = $3 and d.tenant_id = $1 and d.superseded_at is null`,
    [tx.tenantId, later.id, later.bookingDate],
  );
  if (day === undefined) return;
  const ended = counts ? null : now;
  await tx.query(
    `with entry as (
       update cash_management.cm_bank_transactions
       set superseded_at = $4
       where tenant_id = $1 and id = $2 and booking_date = $3
     )
     update cash_management.cm_cash_flows
     set superseded_at = $4
     where tenant_id = $1 and id = $2 and transaction_date = $3`,
    [tx.tenantId, later.id, later.bookingDate, ended],
  );
  await reckonDayAgain(tx, day, now);
}

interface LaterDay {
  readonly account_id: string;
  readonly day: Day;
  readonly statement_id: string;
}

/** The day's sums and value shifts from the entries that count now; those until now are superseded, never overwritten. */
async function reckonDayAgain(tx: TenantTransaction, { account_id, day, statement_id }: LaterDay, now: string): Promise<void> {
  const values = [tx.tenantId, account_id, day, statement_id, now];
  const counting = `tenant_id = $1 and account_id = $2 and statement_id = $4 and ledger_day = $3
         and booking_date between $3::date - 62 and $3::date + 62 and superseded_at is null`;
  await tx.query(
    `with old as (
       update cash_management.cm_statement_days
       set superseded_at = $5
       where tenant_id = $1 and account_id = $2 and day = $3 and statement_id = $4 and superseded_at is null
       returning *
     ),
     fresh as (
       select ${sumsOfDay}
       from cash_management.cm_bank_transactions
       where ${counting}
     )
     insert into cash_management.cm_statement_days (
       tenant_id, account_id, day, statement_id, state, opening_minor, closing_minor, net_minor, pending_minor, credits_minor, debits_minor,
       entry_count, amounts_hash, entries_hash, first_day, last_day, recorded_at)
     select $1::text, old.account_id, old.day, old.statement_id, old.state, old.opening_minor, old.closing_minor, fresh.net::bigint,
       fresh.pending::bigint, fresh.credits::bigint, fresh.debits::bigint, fresh.entries, decode(fresh.amounts_hash, 'hex'),
       decode(fresh.entries_hash, 'hex'), old.first_day, old.last_day, $5
     from old, fresh`,
    values,
  );
  await tx.query(
    `update cash_management.cm_value_shifts
     set superseded_at = $5
     where tenant_id = $1 and account_id = $2 and statement_id = $4 and superseded_at is null
       and case when back_valued then until_day else from_day end = $3`,
    values,
  );
  await tx.query(
    `insert into cash_management.cm_value_shifts (tenant_id, account_id, until_day, from_day, statement_id, back_valued, net_minor, recorded_at)
     select $1::text, account_id, greatest(ledger_day, value_date), least(ledger_day, value_date), statement_id, value_date < ledger_day,
       sum(amount_minor), $5
     from cash_management.cm_bank_transactions
     where ${counting} and state in ('booked', 'provisional') and value_date <> ledger_day
     group by account_id, greatest(ledger_day, value_date), least(ledger_day, value_date), statement_id, value_date < ledger_day`,
    values,
  );
}
