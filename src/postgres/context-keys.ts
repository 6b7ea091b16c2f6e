import type { ClientBase } from "pg";
import { Problem } from "../errors/problem.ts";
import { type ContextKey, hmacPads } from "./context.ts";

/** A key that this database takes or took; its secret never comes out. */
export interface KnownContextKey {
  readonly id: string;
  /** token: programs sign with it; stamp: this database does. */
  readonly purpose: "token" | "stamp";
  /** Ending: still taken, beside the one that replaces it. */
  readonly state: "current" | "ending" | "ended" | "retired";
  readonly since: string;
  readonly until: string | null;
}

/** Who works here: in a transaction, and belongs to cm_gatekeeper. */
interface Gatekeeping {
  readonly client: ClientBase;
  /** For the trail. */
  readonly actor: string;
}

export async function listContextKeys(client: ClientBase): Promise<KnownContextKey[]> {
  const { rows } = await asGatekeeper(client, () =>
    client.query<KnownContextKey>(
      `select key_id as id, purpose, not_before as since, not_after as until,
         case
           when is_retired then 'retired'
           when not_after is null then 'current'
           when not_after > clock_timestamp() then 'ending'
           else 'ended'
         end as state
       from cash_management.cm_context_keys
       order by purpose desc, not_before, key_id`,
    ),
  );
  return rows;
}

/**
 * Makes the database take the program's key, and makes the key that the database stamps with when it has none. Whether anything was new.
 * @throws Problem `context_refused` for a key that has ended
 */
export async function installContextKey({ client, actor }: Gatekeeping, key: ContextKey): Promise<boolean> {
  return asGatekeeper(client, async () => {
    const { inner, outer } = hmacPads(key.secret);
    const installed = await client.query(
      `insert into cash_management.cm_context_keys (key_id, purpose, inner_pad, outer_pad, changed_by)
       values ($1, 'token', $2, $3, $4)
       on conflict (key_id) do nothing`,
      [key.id, inner, outer, actor],
    );
    const { rowCount: ended } = await client.query(
      "select from cash_management.cm_context_keys where key_id = $1 and not_after <= clock_timestamp()",
      [key.id],
    );
    if (ended !== 0) throw hasEnded(key.id);
    const { rowCount: stamps } = await client.query(
      "select from cash_management.cm_context_keys where purpose = 'stamp' and not_after is null",
    );
    if (stamps === 0) await newStampKey(client, actor);
    return installed.rowCount === 1 || stamps === 0;
  });
}

/**
 * All keys but this one are taken for so long only, and the database stamps with a new key of its own. Transactions that run go on: their
 * stamps are verified with the key they name, as long as it is not retired.
 */
export async function endOtherContextKeys({ client, actor }: Gatekeeping, key: ContextKey, overlapMinutes: number): Promise<void> {
  await asGatekeeper(client, async () => {
    await client.query(
      `update cash_management.cm_context_keys
       set not_after = greatest(clock_timestamp(), not_before) + make_interval(mins => $2), changed_by = $3
       where key_id <> $1 and not_after is null`,
      [key.id, overlapMinutes, actor],
    );
    await newStampKey(client, actor);
  });
}

/**
 * From now on nothing that is signed with these is taken, and the secrets are gone from the table, with random bytes in their place: whatever
 * is known could be signed with. The ids stay: a program that still has such a key must not bring it back.
 * @param ids of keys that programs sign with; null for all keys whose overlap is over. A stamp's waits for transactions that run since before
 */
export async function retireContextKeys({ client, actor }: Gatekeeping, ids: readonly string[] | null): Promise<string[]> {
  const { rows: running } = await client.query<{ since: string | null }>(
    "select min(xact_start) as since from pg_catalog.pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  const { rows } = await asGatekeeper(client, () =>
    client.query<{ id: string }>(
      `update cash_management.cm_context_keys
       set is_retired = true, inner_pad = ${random}, outer_pad = ${random}, changed_by = $3,
         not_after = least(not_after, greatest(clock_timestamp(), not_before + interval '1 microsecond'))
       where not is_retired
         and case
           when $1::text[] is not null then purpose = 'token' and key_id = any($1)
           when purpose = 'token' then not_after <= clock_timestamp()
           else not_after <= least(clock_timestamp(), $2::timestamptz)
         end
       returning key_id as id`,
      [ids, running[0]?.since ?? null, actor],
    ),
  );
  return rows.map(({ id }) => id).sort();
}

// 488 random bits of the server's own strong source, of each row anew.
const chance = "uuid_send(gen_random_uuid())";
const random = `sha256(${chance} || ${chance}) || sha256(${chance} || ${chance})`;

async function newStampKey(client: ClientBase, actor: string): Promise<void> {
  await client.query(
    `insert into cash_management.cm_context_keys (key_id, purpose, inner_pad, outer_pad, changed_by)
     select substr(encode(uuid_send(gen_random_uuid()), 'hex'), 17, 16), 'stamp', sha256(a || b) || sha256(b || a), sha256(c || d) || sha256(d || c), $1
     from (select ${chance} as a, ${chance} as b, ${chance} as c, ${chance} as d) as chance`,
    [actor],
  );
}

/** Quietly: a bound value would stand in the log of a server that logs every statement with its parameters. */
async function asGatekeeper<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query(`
    select set_config(name, value, true)
    from (
      values ('log_statement', 'none'), ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
        ('log_parameter_max_length', '0'), ('log_parameter_max_length_on_error', '0')
    ) as quiet (name, value)
    where has_parameter_privilege(name, 'set')`);
  await client.query("set local role cm_gatekeeper");
  const result = await work();
  await client.query("reset role");
  return result;
}

function hasEnded(id: string): Problem {
  return new Problem("context_refused", `the context key ${id} of this program was replaced and is taken no more`, {
    hint: "Give this program the new one: --context-key-file=FILE (APG_CONTEXT_KEY_FILE) or APG_CONTEXT_KEY, as apg keys context rotate made it.",
  });
}
