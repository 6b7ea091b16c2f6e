import { Problem } from "../../errors/problem.ts";
import type { Connection } from "../queries.ts";

/** How far sealing is behind the trail, as `audit.sealing_state()` says: to the sealer, to administrators and to monitoring. */
export interface SealingState {
  readonly block: string | null;
  readonly sealedAt: string | null;
  /** Changes that wait, a hundred thousand at most; `held` of them stand behind a transaction that still runs. */
  readonly waiting: number;
  readonly held: number;
  readonly oldest: string | null;
  /** Age of the oldest change that waits; 0 when none does. */
  readonly behindSeconds: number;
  readonly holder: Holder | null;
}

export interface Holder {
  /** "session", or "prepared transaction NAME" */
  readonly kind: string;
  readonly pid: number | null;
  readonly application: string | null;
  readonly user: string | null;
  readonly database: string | null;
  readonly state: string | null;
  readonly seconds: number | null;
}

interface StateRow {
  block: bigint | null;
  sealed_at: string | null;
  waiting: bigint;
  held: bigint;
  oldest: string | null;
  behind_seconds: string | null;
  holder: string | null;
  holder_pid: number | null;
  holder_application: string | null;
  holder_user: string | null;
  holder_database: string | null;
  holder_state: string | null;
  holder_seconds: string | null;
}

export async function sealingState(connection: Connection): Promise<SealingState> {
  const { rows } = await connection.query<StateRow>("select * from audit.sealing_state()");
  const row = rows[0] as StateRow;
  const moment = (text: string | null) => (text === null ? null : new Date(text).toISOString());
  return {
    block: row.block?.toString() ?? null,
    sealedAt: moment(row.sealed_at),
    waiting: Number(row.waiting),
    held: Number(row.held),
    oldest: moment(row.oldest),
    behindSeconds: Number(row.behind_seconds ?? 0),
    holder: row.holder === null ? null : holderOf(row, row.holder),
  };
}

function holderOf(row: StateRow, kind: string): Holder {
  return {
    kind,
    pid: row.holder_pid,
    application: row.holder_application,
    user: row.holder_user,
    database: row.holder_database,
    state: row.holder_state,
    seconds: row.holder_seconds === null ? null : Number(row.holder_seconds),
  };
}

/** "session 4711 (psql, user postgres, database cash, idle in transaction) since 81 s" */
export function describedHolder({ kind, pid, application, user, database, state, seconds }: Holder): string {
  const about = [application || null, user === null ? null : `user ${user}`, database === null ? null : `database ${database}`, state];
  const known = about.filter((each) => each !== null).join(", ");
  return `${kind}${pid === null ? "" : ` ${pid}`} (${known})${seconds === null ? "" : `, for ${Math.round(seconds)} s`}`;
}

/** What the log says when sealing is too far behind. */
export function behindProblem({ behindSeconds, waiting, holder }: SealingState): Problem {
  const changes = waiting === 1 ? "1 change waits" : `${waiting} changes wait`;
  const because = holder === null ? "" : `, held back by ${describedHolder(holder)}`;
  return new Problem("audit_sealing_behind", `the audit trail is ${Math.round(behindSeconds)} s ahead of its seals: ${changes}${because}`, {
    detail: { behindSeconds, waiting, holder },
    hint: holder === null ? "apg audit status says what waits." : endOf(holder),
  });
}

function endOf({ pid, kind }: Holder): string {
  if (pid !== null) return `Let it end, or end it: select pg_terminate_backend(${pid});`;
  return `Let it end, or end it: rollback prepared '${kind.replace(/^prepared transaction /, "")}';`;
}
