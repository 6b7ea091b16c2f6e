-- id: 0117
-- title: Secret column that the audit trail keeps in clear
-- level: error
-- category: audit
-- why: The trail is kept for years, read by auditors and copied by backups: a password, token or wrapped key in its row images outlives
--   every rotation. Name the column among the redacted ones.
-- proves: invariant 20, invariant 26, guide E16
-- versions: 15-18
with recorded as (
  -- The fifth argument of a recording trigger names what it redacts (audit.audit_table).
  select distinct
    t.tgrelid,
    split_part(encode(t.tgargs, 'escape'), '\000', 3) as mode,
    string_to_array(split_part(encode(t.tgargs, 'escape'), '\000', 5), ',') as redacted
  from pg_trigger as t
  join pg_class as c on c.oid = t.tgrelid and not c.relispartition
  join pg_proc as f on f.oid = t.tgfoid
  where f.pronamespace = to_regnamespace('audit')
    and f.proname ~ '^record_'
),
clear as (
  select
    recorded.*,
    a.attname
  from recorded
  join pg_attribute as a on a.attrelid = recorded.tgrelid and a.attnum > 0 and not a.attisdropped
  where a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bytea'::regtype, 'jsonb'::regtype)
    and a.attname ~ '(^|_)(password|passphrase|secret|token|credentials?|private_key|wrapped|(key|api_key)_hash)(_hash)?$'
    and a.attname <> all (recorded.redacted)
)
select
  'secret_in_the_trail' as name,
  'error' as level,
  tgrelid::regclass::text as object,
  format('records %s in clear', string_agg(distinct quote_ident(attname), ', ')) as detail,
  format('redacted: %s', coalesce(nullif(min(array_to_string(redacted, ', ')), ''), 'nothing')) as evidence,
  format(
    'select audit.audit_table(%L, %L, %L);',
    tgrelid::regclass,
    (
      select array_agg(distinct word)
      from unnest(array_agg(attname::text) || string_to_array(min(array_to_string(redacted, ',')), ',')) as word
    ),
    min(mode)
  ) as fix
from clear
group by tgrelid
order by object;
