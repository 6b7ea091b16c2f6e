-- statement: position_of_accounts
-- asks: every account with its last closing and what moved behind it
-- sent by: src/positions/queries.ts
-- $2 date: current_date
-- $3 timestamptz: null
-- $4 boolean: false
-- $5 uuid: null
-- locks: 120
-- because: the server keeps the plan of the two functions for any tenant, which locks every hash partition of the accounts with its indexes
select l.id, l.name, l.last_four, l.currency, l.bank_id, l.bank, l.entity_id, l.entity, l.is_active, l.calendar_id,
  l.statement_cycle, l.expected_by::text as expected_by, l.expected_time_zone, p.closing_id, p.closing_day,
  p.closing_minor::text as closing, p.closing_state, coalesce(p.unproven_minor, 0)::text as unproven,
  coalesce(p.provisional_minor, 0)::text as provisional, p.outside_through, coalesce(p.shifted_minor, 0)::text as shifted
from cash_management.account_labels($1, $5) as l
join cash_management.account_positions($1, $2, $3, $4, $5) as p on p.id = l.id
order by l.name, l.id;
