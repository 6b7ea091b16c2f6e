-- statement: deliveries
-- asks: the files that came, newest first
-- sent by: src/statements/deliveries.ts
-- $2 timestamptz: null
-- $3 uuid: null
-- $4 bigint: 51
-- uses: cash_management.cm_deliveries (tenant_id)
-- locks: 16
select id, file_name_encrypted as file_name, sha256_encrypted as sha256, byte_count, format, variant, status, received_at,
  received_at::text as received_exactly, received_by, statement_count, entry_count, problems, read_with
from cash_management.cm_deliveries
where tenant_id = $1
  and ($2::timestamptz is null or (received_at, id) < ($2::timestamptz, $3::uuid))
order by received_at desc, id desc
limit $4;
