import pg from "pg";
import { parseIntoClientConfig } from "pg-connection-string";
import { Problem } from "../errors/problem.ts";
import { type ContextKeySource, signWith } from "./context.ts";
import { exactTypes } from "./types.ts";

export type Pool = pg.Pool;
export type Client = pg.PoolClient;

export interface ConnectionOptions {
  /** postgres://user:password@host:port/database?sslmode=… */
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Instead of the ones in the URL. */
  readonly user?: string;
  readonly password?: () => string;
  /** Connections at most; default 10. */
  readonly max?: number;
  /** For a pool of tenantTransaction and tenantRead. */
  readonly contextKey?: ContextKeySource;
}

/** A pool whose values are exact (see types.ts). It connects when first used and survives a restart of the server. */
export function openPool(options: ConnectionOptions): Pool {
  const pool = new pg.Pool({
    ...parseIntoClientConfig(options.url),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.password === undefined ? {} : { password: options.password }),
    application_name: options.applicationName,
    max: options.max ?? 10,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    // A process that has nothing else to do may end.
    allowExitOnIdle: true,
    types: exactTypes,
  });
  // An idle connection that the server ends (restart, failover) is simply replaced at the next use.
  pool.on("error", () => {});
  if (options.contextKey !== undefined) signWith(pool, options.contextKey);
  return pool;
}

interface WithClientOptions<T> {
  /** Whether nobody is to use this connection again, once this has come of it. */
  readonly thenClose?: (result: T) => boolean;
}

/**
 * Runs `work` with a connection of the pool.
 * @throws Problem `database_unreachable` when none can be had
 */
export async function withClient<T>(
  pool: Pool,
  work: (client: Client) => Promise<T>,
  { thenClose = () => false }: WithClientOptions<T> = {},
): Promise<T> {
  const client = await checkOut(pool);
  // Without a listener an error of a connection that is in use would end the process; the running query reports it.
  const ignore = () => {};
  client.on("error", ignore);
  let close = false;
  try {
    const result = await work(client);
    close = thenClose(result);
    return result;
  } catch (error) {
    close = isConnectionLoss(error);
    throw error;
  } finally {
    client.off("error", ignore);
    client.release(close);
  }
}

async function checkOut(pool: Pool): Promise<Client> {
  try {
    return await pool.connect();
  } catch (error) {
    throw unreachable(pool.options, error);
  }
}

/** A URL without its password, for messages. */
export function shownUrl(url: string): string {
  return url.replace(/(:\/\/[^:/@]*):[^@]*@/, "$1:***@");
}

/** Whether the connection is gone, and with it whatever the transaction had not committed. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  if (/^(08...|57P0[123]|ECONN\w+|EPIPE|ETIMEDOUT)$/.test(code)) return true;
  return /Connection terminated|connection is closed|not queryable/i.test(error.message);
}

function unreachable(options: pg.PoolConfig, cause: unknown): Error {
  if (!(cause instanceof Error)) return new Error(String(cause));
  const code = "code" in cause ? String(cause.code) : "";
  const hint = hints[code] ?? "Check --database-url (DATABASE_URL), and that the server runs and lets this machine in.";
  // A single address that refuses comes as an AggregateError without a message.
  const said = cause.message === "" ? code : cause.message;
  const place = `${options.database ?? ""} at ${options.host ?? "localhost"}:${options.port ?? 5432}`;
  return new Problem("database_unreachable", `the database ${place} does not answer ${options.user ?? ""}: ${said}`, {
    detail: { code },
    hint,
    cause,
  });
}

const hints: Readonly<Record<string, string>> = {
  "28P01": "The password is wrong: check --database-url (DATABASE_URL) or --database-url-app (APG_DATABASE_URL_APP).",
  "28000": "The server's pg_hba.conf does not let this user in from here.",
  "3D000": "Create the database, or name another in --database-url (DATABASE_URL).",
  "53300": "The server has no connection left: raise max_connections or lower --pool-size (APG_POOL_SIZE).",
  "57P03": "The server is starting or recovering: try again in a moment.",
};
