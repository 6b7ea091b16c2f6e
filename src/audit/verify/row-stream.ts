import type { Readable } from "node:stream";
import { to as copyTo } from "pg-copy-streams";
import type { Client } from "../../postgres/connect.ts";
import type { Position } from "../seals/block.ts";

export interface TrailRow {
  readonly transaction: bigint;
  readonly id: bigint;
  /** As audit.row_text writes it. */
  readonly text: Buffer;
}

/**
 * The text of a row, written here and not taken from audit.row_text: who can change rows behind the triggers' back could also
 * have changed that function. A test holds the two together.
 */
export const rowTextSql = `json_build_array(
  entry.id::text, entry.tenant_id, to_char(entry.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  entry.transaction_id::text, entry.schema_name, entry.table_name, entry.operation, entry.row_key, entry.row_count::text,
  encode(entry.digest, 'hex'), entry.old_values, entry.new_values, entry.actor, entry.request_id, entry.user_name,
  entry.client_address::text)::text`;

export interface RowRange {
  readonly floor: bigint;
  readonly ceiling: bigint | null;
  readonly after: Position;
  readonly upto: Position;
}

/**
 * Rows of a range in the order of sealing, some at a time. In the first epoch those with an id below one come too: ids are positive, so
 * somebody put them there, outside of every block. The connection is busy until the last was read.
 */
export async function* readRows(client: Client, source: string, range: RowRange): AsyncGenerator<TrailRow[]> {
  const { floor, ceiling, after, upto } = range;
  const position = ({ transaction, id }: Position) => `row('${transaction}'::xid8, ${id}::bigint)`;
  const stream: Readable = client.query(
    copyTo(`copy (
      select entry.transaction_id, entry.id, ${rowTextSql}
      from ${source} as entry
      where row(entry.transaction_id, entry.id) > ${position(after)}
        and row(entry.transaction_id, entry.id) <= ${position(upto)}
        ${floor === 0n ? "" : `and entry.id > ${floor}`}
        ${ceiling === null ? "" : `and entry.id <= ${ceiling}`}
      order by entry.transaction_id, entry.id
    ) to stdout (format binary)`),
  );
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!begun) {
      if (bytes.length < 19) {
        rest = bytes;
        continue;
      }
      bytes = bytes.subarray(19 + bytes.readInt32BE(15));
      begun = true;
    }
    const { rows, used } = tuples(bytes);
    rest = bytes.subarray(used);
    if (rows.length > 0) yield rows;
  }
}

/** PostgreSQL's binary COPY: a count of fields, each with its length before it; the end is a count of -1. */
function tuples(bytes: Buffer): { rows: TrailRow[]; used: number } {
  const rows: TrailRow[] = [];
  let used = 0;
  // 2 for the count, 12 each for the two numbers, 4 for the text's length
  while (bytes.length - used >= 30 && bytes.readInt16BE(used) === 3) {
    const textLength = bytes.readInt32BE(used + 26);
    const end = used + 30 + textLength;
    if (bytes.length < end) break;
    rows.push({
      transaction: bytes.readBigUInt64BE(used + 6),
      id: bytes.readBigInt64BE(used + 18),
      text: bytes.subarray(used + 30, end),
    });
    used = end;
  }
  return { rows, used };
}

/** Every table that holds rows of the trail: also partitions that were detached and still stand beside it. */
export async function trailSource(client: Client): Promise<string> {
  const detached = await client.query<{ name: string }>(
    `select pg_class.oid::regclass::text as name
     from pg_class
     where relnamespace = 'cm_parts'::regnamespace
       and relkind = 'r'
       and not relispartition
       and relname ~ '^audit_log_\\d{4}_\\d{2}'
     order by 1`,
  );
  if (detached.rows.length === 0) return "audit.audit_log";
  const columns = `tenant_id, id, occurred_at, transaction_id, schema_name, table_name, operation, row_key, row_count, digest, old_values,
    new_values, actor, request_id, user_name, client_address`;
  const tables = ["audit.audit_log", ...detached.rows.map(({ name }) => name)];
  return `(${tables.map((name) => `select ${columns} from ${name}`).join(" union all ")})`;
}
