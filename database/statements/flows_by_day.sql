-- statement: flows_by_day
-- asks: the flow book, newest first
-- sent by: src/cash-flows/cash-flows.ts
-- $2 date: current_date - 45
-- $3 date: current_date - 1
-- $4 bigint: 51
-- $5 uuid: (lpad(to_hex(current_date - 45 - date '2000-01-01'), 6, '0') || repeat('0', 26))::uuid
-- $6 uuid: (lpad(to_hex(current_date - date '2000-01-01'), 6, '0') || repeat('0', 26))::uuid
-- uses: cash_management.cm_cash_flows (tenant_id, id)
-- locks: 16
select id, account_id, transaction_date, value_date, amount_minor::text as amount, currency, certainty, category, counterparty,
  description, source, created_at
from cash_management.cm_cash_flows
where tenant_id = $1
  and transaction_date between $2 and $3
  and superseded_at is null
  and id >= $5
  and id < $6
order by id desc
limit $4;
