-- statement: flows_by_amount
-- asks: the flow book between two amounts
-- sent by: src/cash-flows/cash-flows.ts
-- $2 date: current_date - 45
-- $3 date: current_date - 1
-- $4 bigint: 51
-- $5 bigint: 99900
-- $6 bigint: 99999
-- $7 uuid: (lpad(to_hex(current_date - 45 - date '2000-01-01'), 6, '0') || repeat('0', 26))::uuid
-- $8 uuid: (lpad(to_hex(current_date - date '2000-01-01'), 6, '0') || repeat('0', 26))::uuid
-- uses: cash_management.cm_cash_flows (tenant_id, amount_minor)
-- generic: no, two ends of a range that nobody knows are taken for a narrow one; the program sends values, never a name
-- locks: 16
select id, account_id, transaction_date, value_date, amount_minor::text as amount, currency, certainty, category, counterparty,
  description, source, created_at
from cash_management.cm_cash_flows
where tenant_id = $1
  and transaction_date between $2 and $3
  and superseded_at is null
  and amount_minor >= $5
  and amount_minor <= $6
  and id >= $7
  and id < $8
order by id desc
limit $4;
