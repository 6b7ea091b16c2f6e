-- statement: last_closings_of_accounts
-- asks: where the chains of the accounts of a file end
-- sent by: src/statements/posting/statement-queries.ts
-- $2 uuid[]: array[(select id from cash_management.cm_cash_accounts where tenant_id = $1 order by id limit 1)]
-- uses: cash_management.cm_day_closings (tenant_id, account_id)
-- locks: 16
select a.id as account_id, c.day
from unnest($2::uuid[]) as a (id)
cross join lateral ( select day from cash_management.cm_day_closings where tenant_id = $1 and account_id = a.id and superseded_at is null order by day desc limit 1 ) c;
