import type { ClientBase } from "pg";

/**
 * What keeps changes from being recorded, a line each: a table or partition that has some of the audit triggers and lacks others, one
 * that is switched off, a guard of the trail that is not always on.
 */
export async function recordingFaults(connection: Pick<ClientBase, "query">): Promise<string[]> {
  const result = await connection.query<{ what: string }>(`
    with wanted (name) as (values ('audit_insert'), ('audit_update'), ('audit_delete'), ('audit_truncate')),
    audited as (
      select distinct tree.relid as oid
      from pg_trigger
      cross join lateral (
        select relid from pg_partition_tree(tgrelid) union select tgrelid
      ) as tree
      where tgname in (select name from wanted)
    ),
    guards (table_name, name) as (
      values
        ('audit.audit_log', 'audit_log_is_append_only'),
        ('audit.blocks', 'blocks_are_append_only'),
        ('audit.block_leaves', 'leaves_are_append_only'),
        ('audit.signing_keys', 'signing_keys_are_append_only'),
        ('audit.key_rotations', 'key_rotations_are_append_only'),
        ('audit.retirements', 'retirements_are_append_only'),
        ('audit.personal_values', 'personal_values_stay'),
        ('audit.personal_values', 'personal_values_are_not_emptied')
    ),
    guarded as (
      select tree.relid as oid, guards.name
      from guards
      cross join lateral (
        select relid from pg_partition_tree(table_name::regclass) union select table_name::regclass
      ) as tree
    )
    select format('%s: trigger %s %s', oid::regclass, name, case when tgname is null then 'is missing' else 'is switched off' end) as what
    from (
      select audited.oid, wanted.name, tgname, tgenabled in ('O', 'A') as works
      from audited
      cross join wanted
      left join pg_trigger on tgrelid = audited.oid and tgname = wanted.name
      union all
      select guarded.oid, guarded.name, tgname, tgenabled = 'A'
      from guarded
      left join pg_trigger on tgrelid = guarded.oid and tgname = guarded.name
    ) as triggers
    where works is not true
    union all
    select format('event trigger %s %s', wanted_events.name, case when evtname is null then 'is missing' else 'is switched off' end)
    from (values ('audit_ddl'), ('audit_drop')) as wanted_events (name)
    left join pg_event_trigger on evtname = wanted_events.name
    where evtenabled is distinct from 'A'
    order by 1
    limit 100`);
  return result.rows.map(({ what }) => what);
}
