-- Requests are counted over all processes, so that a limit holds for an installation and not for each process of it.
-- loosens: the gate counts requests, by names that are hashed
set local role cm_owner;

-- What a crash loses is a minute's count.
create unlogged table maintenance.request_counts (
  bucket text not null,
  hits bigint not null,
  ends_at timestamptz not null,
  constraint request_counts_pkey primary key (bucket),
  constraint bucket_is_a_sha256 check (bucket ~ '^[A-Za-z0-9_-]{43}$')
)
with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
comment on table maintenance.request_counts is 'local: requests of a window of time, by hashed address or tenant; read and written by count_requests() only';
select maintenance.secure_shared_table('maintenance.request_counts');

create function cash_management.count_requests(p_buckets text[], p_hits integer[], p_ends_at timestamptz[])
returns table (hits bigint)
  language plpgsql security definer rows 10
  set search_path = pg_catalog, pg_temp
as $$
begin
  if random() < 0.02 then
    delete from maintenance.request_counts as old where old.ends_at < now() - interval '1 minute';
  end if;
  return query
  with counted as (
    insert into maintenance.request_counts as total (bucket, hits, ends_at)
    select asked.bucket, asked.hits, asked.ends_at
    from unnest(p_buckets, p_hits, p_ends_at) as asked (bucket, hits, ends_at)
    order by asked.bucket
    on conflict (bucket) do update set hits = total.hits + excluded.hits
    returning total.bucket, total.hits
  )
  select counted.hits
  from unnest(p_buckets) with ordinality as asked (bucket, at)
  join counted on counted.bucket = asked.bucket
  order by asked.at;
end
$$;
comment on function cash_management.count_requests(text[], integer[], timestamptz[]) is 'adds to what all processes have counted, and answers the totals in the same order';
revoke execute on function cash_management.count_requests(text[], integer[], timestamptz[]) from public;
grant execute on function cash_management.count_requests(text[], integer[], timestamptz[]) to apg_gate;
