-- statement: days_outside_the_chain
-- asks: intraday reports and statements without balances
-- sent by: src/positions/queries.ts
-- $2 date: current_date - 1
-- $3 uuid: null
-- uses: cash_management.cm_statement_days (tenant_id)
-- locks: 16
select account_id, day, sum(net_minor)::text as net, state = 'provisional' as provisional
from cash_management.cm_statement_days
where tenant_id = $1
  and closing_minor is null
  and day <= $2
  and ($3::uuid is null or account_id = $3)
  and superseded_at is null
group by account_id, day, state = 'provisional'
order by account_id, day;
