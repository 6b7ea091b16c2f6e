-- Entries are found by the partner's account: equality of its blind index, which is leakproof and so also serves under row-level security.
-- Only tenant and index: equal partners share one posting list, which keeps it small and an import quick.
-- squawk-ignore-file require-concurrent-index-creation
set local role cm_owner;

create index cm_bank_transactions_by_partner on cash_management.cm_bank_transactions (tenant_id, counterparty_account_index)
where counterparty_account_index is not null;
create index cm_bank_transaction_details_by_partner on cash_management.cm_bank_transaction_details (tenant_id, counterparty_account_index)
where counterparty_account_index is not null;
