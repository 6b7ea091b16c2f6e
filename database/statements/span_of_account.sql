-- statement: span_of_account
-- asks: from when to when an account has entries
-- sent by: src/statements/entries.ts
-- $2 uuid: (select id from cash_management.cm_cash_accounts where tenant_id = $1 order by id limit 1)
-- uses: cash_management.cm_statements (tenant_id, account_id)
-- locks: 16
select min(entries_from) as earliest, max(entries_to) as latest
from cash_management.cm_statements
where tenant_id = $1
  and account_id = $2;
