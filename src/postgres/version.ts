import { Problem } from "../errors/problem.ts";
import { type Client, type Pool, withClient } from "./connect.ts";

export interface ServerVersion {
  /** server_version_num: 150018 is 15.18. */
  readonly number: number;
  readonly major: number;
  /** Such as 15.18. */
  readonly text: string;
}

export const oldestServer = 150_000;
/** Fixes up to here concern partitions and row-level security. */
export const oldestRecommendedServer = 150_005;

export async function serverVersion(database: Pool | Client): Promise<ServerVersion> {
  const ask = async (client: Client) => client.query<{ number: number }>("select current_setting('server_version_num')::int as number");
  const { rows } = "totalCount" in database ? await withClient(database, ask) : await ask(database);
  return describeVersion(rows[0]?.number ?? 0);
}

export function describeVersion(number: number): ServerVersion {
  const major = Math.floor(number / 10_000);
  // Before 10 the first two numbers made the major version.
  const text = major >= 10 ? `${major}.${number % 10_000}` : `${major}.${Math.floor(number / 100) % 100}.${number % 100}`;
  return { number, major, text };
}

/**
 * @returns a warning to show, or `null`
 * @throws Problem `server_too_old`
 */
export function checkVersion(version: ServerVersion): string | null {
  if (version.number < oldestServer)
    throw new Problem("server_too_old", `the server is PostgreSQL ${version.text}; this program needs 15.0 or newer`, {
      detail: { version: version.text, floor: "15.0" },
      hint: "Upgrade the server, or leave --database-url (DATABASE_URL) out to use the embedded one.",
    });
  if (version.number >= oldestRecommendedServer) return null;
  return `the server is PostgreSQL ${version.text}; 15.5 or newer is recommended (fixes for partitions and row-level security)`;
}
