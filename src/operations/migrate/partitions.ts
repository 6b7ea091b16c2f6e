import type { ClientBase } from "pg";

interface Policy {
  readonly parent: string;
  readonly windows: readonly { readonly from: string; readonly to: string }[];
}

/**
 * Makes the partitions that lie within each table's policy and are missing; returns how many. A year at a time, each in its own
 * transaction: attaching locks the referenced tables, and one transaction for all would need a lock table of thousands.
 */
export async function ensureHorizons(admin: ClientBase): Promise<number> {
  const known = await admin.query<{ found: boolean }>("select to_regclass('maintenance.partition_policies') is not null as found");
  if (known.rows[0]?.found !== true) return 0;
  const policies = await admin.query<Policy>(
    `select policy.parent,
       (
         select json_agg(
           json_build_object(
             'from', first_day::date,
             'to', least((first_day + interval '1 year - 1 day')::date, current_date + policy.horizon_days)
           )
           order by first_day
         )
         from generate_series(
           date_trunc('month', current_date) - make_interval(months => policy.lookback_months),
           current_date + policy.horizon_days,
           interval '1 year'
         ) as first_day
       ) as windows
     from maintenance.partition_policies as policy
     where to_regclass(policy.parent) is not null
     order by policy.parent`,
  );
  let made = 0;
  for (const { parent, windows } of policies.rows) {
    for (const { from, to } of windows) {
      const result = await admin.query<{ made: number }>("select maintenance.ensure_partitions($1::regclass, $2::date, $3::date) as made", [
        parent,
        from,
        to,
      ]);
      made += result.rows[0]?.made ?? 0;
    }
  }
  return made;
}
