-- statement: seals_of_account
-- asks: the seals a figure rests on
-- sent by: src/positions/proof.ts
-- $2 uuid: (select id from cash_management.cm_cash_accounts where tenant_id = $1 order by id limit 1)
-- $3 date: current_date - 45
-- $4 date: current_date - 1
-- uses: cash_management.cm_day_closings (tenant_id, account_id, day)
-- locks: 16
select c.id, c.day, c.state, c.reason, c.link, c.opening_minor::text as opening, c.closing_minor::text as closing,
  (c.credits_minor - c.debits_minor)::text as net, c.entry_count as entries, encode(c.seal_hash, 'hex') as hash,
  encode(c.previous_hash, 'hex') as previous_hash, c.recorded_at
from cash_management.cm_day_closings c
where c.tenant_id = $1
  and c.account_id = $2
  and c.day between $3 and $4
  and c.superseded_at is null
order by c.day desc
limit 400;
