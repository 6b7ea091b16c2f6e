-- statement: entries_of_account
-- asks: a page of an account, newest first
-- sent by: src/statements/entries.ts
-- $2 date: current_date - 45
-- $3 date: current_date - 1
-- $4 bigint: 51
-- $5 uuid: (select id from cash_management.cm_cash_accounts where tenant_id = $1 order by id limit 1)
-- uses: cash_management.cm_bank_transactions (tenant_id, account_id, booking_date)
-- uses: cash_management.cm_cash_flows (tenant_id, id)
-- locks: 32
with entry as (
  select id, statement_id, account_id, line, booking_date, value_date, amount_minor::text as amount, currency, state, reversal,
    counterparty_name, counterparty_account_last_four as counterparty_last_four, remittance, reference, bank_reference, end_to_end_id,
    transaction_code, batch_count, detail_count
  from cash_management.cm_bank_transactions
  where tenant_id = $1 and booking_date between $2 and $3 and superseded_at is null and account_id = $5
  order by booking_date desc, id desc limit $4
)
select entry.*, f.category, f.category_source, f.category_reason from entry
left join lateral (
  select category, category_source, category_reason
  from cash_management.cm_cash_flows
  where tenant_id = $1 and id = entry.id and transaction_date = entry.booking_date and transaction_date between $2 and $3
  limit 1
) f on true
order by entry.booking_date desc, entry.id desc;
