import type { CursorKey } from "../http/cursor.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { AuditEntry, SealState } from "./contract.ts";

export interface TrailFilter {
  readonly table?: string | undefined;
  readonly key?: string | undefined;
  readonly actor?: string | undefined;
  /** An actor, or a part of a person's name or e-mail address. */
  readonly who?: string | undefined;
  readonly operation?: string | undefined;
  readonly request?: string | undefined;
  /** Moments, ISO 8601: from this one on, and before that one. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

interface TrailRow {
  id: bigint;
  occurred_at: string;
  transaction_id: string;
  schema_name: string;
  table_name: string;
  operation: string;
  row_key: string | null;
  row_count: bigint;
  digest: string | null;
  before: Record<string, string | null> | null;
  after: Record<string, string | null> | null;
  people_before: Record<string, string | null> | null;
  people_after: Record<string, string | null> | null;
  actor: string | null;
  actor_name: string | null;
  request_id: string | null;
  user_name: string;
  block: bigint | null;
}

/** The trail of the tenant, newest first. Keys: moment, id. */
export async function listTrail(
  tx: TenantTransaction,
  filter: TrailFilter,
  page: { readonly limit: number; readonly after: CursorKey | null },
): Promise<{ readonly item: AuditEntry; readonly key: CursorKey }[]> {
  const { text, values } = trailStatement(tx.tenantId, filter, page);
  const found = await rows<TrailRow>(tx, text, values);
  return found.map((row) => ({ item: entryOf(row), key: [row.occurred_at, row.id.toString()] }));
}

/** Values as text: minor units are exact there, which a JSON number is not. */
export function trailStatement(
  tenantId: string,
  filter: TrailFilter,
  page: { readonly limit: number; readonly after: CursorKey | null },
): { text: string; values: unknown[] } {
  const values: unknown[] = [tenantId, page.limit];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = ["tenant_id = $1"];
  if (filter.table !== undefined) conditions.push(`table_name = ${bind(filter.table)}`);
  if (filter.key !== undefined) conditions.push(`row_key = ${bind(filter.key)}`);
  if (filter.actor !== undefined) conditions.push(`actor = ${bind(filter.actor)}`);
  if (filter.who !== undefined) conditions.push(`actor = any (array(${actorsCalled(bind(filter.who))}))`);
  if (filter.operation !== undefined) conditions.push(`operation = ${bind(filter.operation)}`);
  if (filter.request !== undefined) conditions.push(`request_id = ${bind(filter.request)}`);
  if (filter.from !== undefined) conditions.push(`occurred_at >= ${bind(filter.from)}`);
  if (filter.to !== undefined) conditions.push(`occurred_at < ${bind(filter.to)}`);
  if (page.after !== null) conditions.push(`(occurred_at, id) < (${bind(page.after[0])}, ${bind(page.after[1])})`);
  const asText = (column: string) => `(select jsonb_object_agg(key, value) from jsonb_each_text(${column})) as`;
  const text = `with entry as (
       select *
       from audit.audit_log
       where ${conditions.join(" and ")}
       order by occurred_at desc, id desc
       limit $2
     )
     select entry.id, entry.occurred_at, transaction_id::text as transaction_id, schema_name, table_name, operation, row_key, row_count,
       encode(digest, 'hex') as digest, ${asText("entry.old_values")} before,
       ${asText("entry.new_values")} after, ${asText("apart.old_values")} people_before, ${asText("apart.new_values")} people_after, actor, request_id, user_name,
       audit.block_of(transaction_id, entry.id) as block, person.name as actor_name
     from entry
     left join audit.personal_values as apart on apart.tenant_id = $1 and apart.entry_id = entry.id
     left join cash_management.cm_people as person on person.tenant_id = $1 and 'person:' || person.id = entry.actor
     order by entry.occurred_at desc, entry.id desc`;
  return { text, values };
}

/** Actors by what people call them: the actor itself, or whoever of the tenant has it in the name or address. */
function actorsCalled(who: string): string {
  return `select ${who}::text
    union all
    select 'person:' || id
    from cash_management.cm_people
    where tenant_id = $1
      and (position(lower(${who}) in lower(name)) > 0 or position(lower(${who}) in lower(email)) > 0)`;
}

/** The chain's head, how many rows of the tenant wait for a seal, and how far sealing is behind. */
export async function sealState(tx: TenantTransaction): Promise<SealState> {
  const [row] = await rows<{
    number: bigint | null;
    hash: Buffer | null;
    sealed_at: string | null;
    key_id: string | null;
    waiting: bigint;
    behind_seconds: string | null;
    held_by_pid: number | null;
    held_seconds: string | null;
  }>(tx, "select number, hash, sealed_at, key_id, waiting, behind_seconds, held_by_pid, held_seconds from audit.seal_state()");
  const head =
    row?.number == null || row.hash === null || row.sealed_at === null || row.key_id === null
      ? null
      : { number: row.number.toString(), hash: row.hash.toString("hex"), sealedAt: new Date(row.sealed_at).toISOString(), key: row.key_id };
  const held = row !== undefined && (row.held_by_pid !== null || row.held_seconds !== null);
  return {
    head,
    waiting: Number(row?.waiting ?? 0n),
    behindSeconds: Number(row?.behind_seconds ?? 0),
    heldBack: held ? { pid: row.held_by_pid, seconds: row.held_seconds === null ? null : Number(row.held_seconds) } : null,
  };
}

type Image = Record<string, string | null>;

/** The digest of a value that names people gives way to the value, or says that it was erased. What has no digest is nobody's. */
function withPeople(image: Image | null, people: Image | null): Image | null {
  if (image === null) return null;
  return Object.fromEntries(
    Object.entries(image).map(([name, value]) => {
      if (!name.endsWith("#")) return [name, value];
      const column = name.slice(0, -1);
      return [column, people?.[column] ?? "(erased)"];
    }),
  );
}

function entryOf(row: TrailRow): AuditEntry {
  return {
    id: row.id.toString(),
    at: row.occurred_at,
    actor: row.actor,
    actorName: row.actor_name,
    login: row.user_name,
    operation: row.operation as AuditEntry["operation"],
    table: row.table_name,
    key: row.row_key,
    rows: Number(row.row_count),
    digest: row.digest,
    before: withPeople(row.before, row.people_before),
    after: withPeople(row.after, row.people_after),
    request: row.request_id,
    transaction: row.transaction_id,
    block: row.block?.toString() ?? null,
  };
}
