import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Day } from "../time/day.ts";
import type { RateKind } from "./contract.ts";
import type { Rate } from "./rate-set.ts";

/** SQL of rate sets. Only frozen ones are ever answered: a set is made and frozen in one transaction. */

export interface SetRow {
  id: string;
  name: string;
  kind: RateKind;
  source: string;
  day: Day;
  frozen_at: string;
  imported_by: string | null;
  content_hash: string;
  rate_count: number;
}

const columns = `s.id, s.name, s.kind, s.source, s.rate_date as day,
       s.frozen_at, s.imported_by, encode(s.content_hash, 'hex') as content_hash, s.rate_count`;

export function selectSets(
  tx: TenantTransaction,
  filter: { readonly source: string | null; readonly after: readonly (string | null)[] | null; readonly limit: number },
): Promise<SetRow[]> {
  return rows<SetRow>(
    tx,
    `select ${columns}
     from cash_management.cm_rate_sets s
     where s.tenant_id = $1 and s.frozen_at is not null and ($2::text is null or s.source = $2)
       and ($3::date is null or (s.rate_date, s.id) < ($3::date, $4::uuid))
     order by s.rate_date desc, s.id desc
     limit $5`,
    [tx.tenantId, filter.source, filter.after?.[0] ?? null, filter.after?.[1] ?? null, filter.limit],
  );
}

export async function selectSet(tx: TenantTransaction, name: string, knownAt: string | null): Promise<SetRow | null> {
  const [row] = await rows<SetRow>(
    tx,
    `select ${columns}
     from cash_management.cm_rate_sets s
     where s.tenant_id = $1 and s.name = $2 and s.frozen_at is not null and ($3::timestamptz is null or s.frozen_at <= $3)`,
    [tx.tenantId, name, knownAt],
  );
  return row ?? null;
}

/** The newest set at or before a day, of a source or of any with this kind, as known at a moment. */
export async function selectNewest(
  tx: TenantTransaction,
  wanted: {
    readonly source: string | null;
    readonly kind: RateKind | null;
    readonly day: Day;
    readonly earliest: Day;
    readonly knownAt: string | null;
  },
): Promise<SetRow | null> {
  const [row] = await rows<SetRow>(
    tx,
    `select ${columns}
     from cash_management.cm_rate_sets s
     where s.tenant_id = $1 and s.frozen_at is not null and s.rate_date between $3 and $2
       and ($4::text is null or s.source = $4) and ($5::text is null or s.kind = $5)
       and ($6::timestamptz is null or s.frozen_at <= $6)
     order by s.rate_date desc, s.frozen_at desc, s.name
     limit 1`,
    [tx.tenantId, wanted.day, wanted.earliest, wanted.source, wanted.kind, wanted.knownAt],
  );
  return row ?? null;
}

export function selectRates(tx: TenantTransaction, setId: string): Promise<Rate[]> {
  return rows<{ base: string; quote: string; rate: string }>(
    tx,
    `select base_currency as base, quote_currency as quote, trim_scale(rate)::text as rate
     from cash_management.cm_fx_rates
     where tenant_id = $1 and rate_set_id = $2
     order by base_currency, quote_currency`,
    [tx.tenantId, setId],
  );
}

export interface KnownSet {
  day: Day;
  name: string;
  content_hash: string;
  revisions: number;
}

/** The newest set of each day of a source and kind, and how many there are. */
export function knownSets(tx: TenantTransaction, source: string, kind: RateKind, from: Day, to: Day): Promise<KnownSet[]> {
  return rows<KnownSet>(
    tx,
    `select distinct on (rate_date) rate_date as day, name, encode(content_hash, 'hex') as content_hash,
       (count(*) over (partition by rate_date))::int as revisions
     from cash_management.cm_rate_sets
     where tenant_id = $1 and source = $2 and kind = $3 and rate_date between $4 and $5 and frozen_at is not null
     order by rate_date, frozen_at desc, name desc`,
    [tx.tenantId, source, kind, from, to],
  );
}

export interface NewSet {
  readonly id: string;
  readonly name: string;
  readonly kind: RateKind;
  readonly source: string;
  readonly day: Day;
  readonly rates: readonly Rate[];
}

/** Sets with their rates, frozen at once: the database hashes what stands in them, and asks for approvals where a rule holds. */
export async function insertFrozen(tx: TenantTransaction, sets: readonly NewSet[]): Promise<void> {
  const values = [tx.tenantId, JSON.stringify(sets)];
  await tx.query(
    `insert into cash_management.cm_rate_sets (tenant_id, id, name, kind, source, rate_date)
     select $1::text, n.id, n.name, n.kind, n.source, n.day
     from jsonb_to_recordset($2::jsonb) as n (id uuid, name text, kind text, source text, day date)`,
    values,
  );
  await tx.query(
    `insert into cash_management.cm_fx_rates (tenant_id, rate_set_id, base_currency, quote_currency, rate)
     select $1::text, n.id, r.base, r.quote, r.rate
     from jsonb_to_recordset($2::jsonb) as n (id uuid, rates jsonb)
     cross join lateral jsonb_to_recordset(n.rates) as r (base text, quote text, rate numeric)`,
    values,
  );
  await tx.query("update cash_management.cm_rate_sets set frozen_at = clock_timestamp() where tenant_id = $1 and id = any($2::uuid[])", [
    tx.tenantId,
    sets.map(({ id }) => id),
  ]);
}
