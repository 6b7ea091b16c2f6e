-- statement: known_delivery
-- asks: whether a file came before
-- sent by: src/statements/posting/deliveries.ts
-- $2 text: 'never sent'
-- uses: cash_management.cm_deliveries (tenant_id, content_index)
-- locks: 16
select id, status, format, variant, problems
from cash_management.cm_deliveries
where tenant_id = $1
  and content_index = $2;
