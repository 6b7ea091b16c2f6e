-- Keys, and the day that chooses a partition, keep their first value: a correction supersedes a row, it never moves one.
set local role cm_owner;

select maintenance.fix_columns('cash_management.cm_cash_accounts', 'tenant_id', 'id', 'currency');
select maintenance.fix_columns('cash_management.cm_account_identifiers', 'tenant_id', 'identifier', 'currency');
select maintenance.fix_columns('cash_management.cm_deliveries', 'tenant_id', 'id');
select maintenance.fix_columns('cash_management.cm_statements', 'tenant_id', 'id', 'delivery_id', 'account_id');
select maintenance.fix_columns('cash_management.cm_statement_balances', 'tenant_id', 'statement_id', 'ordinal', 'amount_minor');
select maintenance.fix_columns(
  'cash_management.cm_bank_transactions', 'tenant_id', 'id', 'account_id', 'statement_id', 'booking_date', 'amount_minor', 'currency'
);
select maintenance.fix_columns('cash_management.cm_bank_transaction_details', 'tenant_id', 'transaction_id', 'ordinal', 'booking_date', 'amount_minor');
select maintenance.fix_columns('cash_management.cm_cash_flows', 'tenant_id', 'id', 'account_id', 'transaction_date', 'amount_minor', 'currency');
select maintenance.fix_columns('cash_management.cm_statement_days', 'tenant_id', 'account_id', 'day', 'statement_id');
select maintenance.fix_columns('cash_management.cm_day_closings', 'tenant_id', 'id', 'account_id', 'day', 'seal_hash', 'previous_hash');
select maintenance.fix_columns('cash_management.cm_value_shifts', 'tenant_id', 'account_id', 'until_day', 'from_day', 'statement_id');
