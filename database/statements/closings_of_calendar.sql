-- statement: closings_of_calendar
-- asks: the closings of a span of days, for the statement calendar
-- sent by: src/positions/queries.ts
-- $2 date: current_date - 45
-- $3 date: current_date - 1
-- $4 uuid: null
-- uses: cash_management.cm_day_closings (tenant_id)
-- locks: 16
select account_id, day, state, closing_minor::text as closing, entry_count as entries, statement_id
from cash_management.cm_day_closings
where tenant_id = $1
  and day between $2 and $3
  and superseded_at is null
  and ($4::uuid is null or account_id = $4)
order by account_id, day;
