import type { Client } from "../../postgres/connect.ts";
import { rows } from "../../postgres/rows.ts";
import { readAddress } from "../lint/hba/address.ts";
import { readServerRules } from "../lint/hba/from-server.ts";
import { decisionOn } from "../lint/hba/matching.ts";
import { isRefusal } from "../lint/hba/rule.ts";

/** Whether the rules as they stand in the file would let this very connection in again. @returns null, or why not */
export async function ownWayIn(client: Client): Promise<string | null> {
  const [me] = await rows<{ address: string | null; database: string; name: string; tls: boolean; major: number }>(
    client,
    `select host(inet_client_addr()) as address, current_database() as database, session_user::text as name,
       coalesce((select ssl from pg_catalog.pg_stat_ssl where pid = pg_backend_pid()), false) as tls,
       current_setting('server_version_num')::int / 10000 as major`,
  );
  if (me === undefined) return null;
  const address = me.address === null ? null : readAddress(`${me.address}/${me.address.includes(":") ? 128 : 32}`, false, null);
  if (typeof address === "string") return null;
  const rules = (await readServerRules(client, me.major)).flatMap((line) => (line.kind === "rule" ? [line] : []));
  const way = me.address === null ? "local" : me.tls ? "tls" : "plain";
  const exact = (text: string) => ({ text, quoted: true });
  const rule = decisionOn(rules, { way, database: exact(me.database), user: exact(me.name), address }, new Map());
  if (rule !== undefined && !isRefusal(rule)) return null;
  const from = me.address === null ? "by socket" : `from ${me.address} ${me.tls ? "with" : "without"} TLS`;
  return `this connection (${me.name} to ${me.database} ${from}) would be locked out${rule === undefined ? "" : ` by line ${rule.line} of pg_hba.conf`}`;
}
