-- statement: closings_of_account
-- asks: the closings of one account behind a day, for the course of its balance
-- sent by: src/positions/queries.ts
-- $2 date: current_date - 45
-- $3 date: current_date - 1
-- $4 uuid: (select id from cash_management.cm_cash_accounts where tenant_id = $1 order by id limit 1)
-- uses: cash_management.cm_day_closings (tenant_id, account_id, day)
-- generic: no, the account is optional, so a plan for any value cannot rely on it
-- locks: 16
select account_id, id, day, closing_minor::text as closing, credits_minor::text as credits, debits_minor::text as debits, state
from cash_management.cm_day_closings
where tenant_id = $1
  and day > $2
  and day <= $3
  and ($4::uuid is null or account_id = $4)
  and superseded_at is null
order by account_id, day;
