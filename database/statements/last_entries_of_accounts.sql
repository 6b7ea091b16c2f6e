-- statement: last_entries_of_accounts
-- asks: where the entries of the accounts of a file end
-- sent by: src/statements/posting/known-queries.ts
-- $2 uuid[]: array[(select id from cash_management.cm_cash_accounts where tenant_id = $1 order by id limit 1)]
-- $3 date: current_date - 45
-- $4 date: current_date - 1
-- uses: cash_management.cm_bank_transactions (tenant_id, account_id, booking_date)
-- locks: 16
select max(t.booking_date) as day
from unnest($2::uuid[]) as a (id)
cross join lateral ( select booking_date from cash_management.cm_bank_transactions where tenant_id = $1 and account_id = a.id and booking_date between $3 and $4 order by booking_date desc limit 1 ) t;
