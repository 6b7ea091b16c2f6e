import type { Budget } from "./budget.ts";
import type { Target } from "./target.ts";

/** Logins that come through the pooler. Sealer, monitoring and backup hold sessions of their own and go past it. */
export const pooledRoles = ["apg_user", "apg_gate", "apg_readonly_user"] as const;

/** pgbouncer.ini: transaction mode, TLS on both sides. One entry per server, since verify-full fails with a list of hosts. */
export function pgbouncerIni({ network, cluster, load }: Target, { maxConnections }: Budget): string {
  const reserve = Math.max(5, Math.ceil(load.poolSize / 5));
  const pool = Math.max(10, Math.min(load.programs * load.poolSize, maxConnections - 30));
  const host = network.listen[0] ?? "127.0.0.1";
  const tls =
    network.tls === null
      ? ["client_tls_sslmode = disable", "server_tls_sslmode = prefer"]
      : [
          "client_tls_sslmode = require",
          `client_tls_cert_file = ${network.tls.certificate}`,
          `client_tls_key_file = ${network.tls.key}`,
          "client_tls_protocols = secure",
          "server_tls_sslmode = verify-full",
          `server_tls_ca_file = ${network.tls.authority}`,
          "server_tls_protocols = secure",
        ];
  return `; ${cluster.name}. Written by apg db configure; changes are overwritten.
[databases]
${cluster.database} = host=${network.tls === null ? host : cluster.name} port=${network.port} dbname=${cluster.database}
${cluster.replicas.map((name) => `${cluster.database}_${name} = host=${name} port=${network.port} dbname=${cluster.database}`).join("\n")}

[pgbouncer]
listen_addr = ${host}
listen_port = 6432
unix_socket_dir =
auth_type = scram-sha-256
auth_file = userlist.txt
admin_users =
stats_users = monitoring

; A transaction begins with its signed tenant, and leaves nothing behind: server connections are shared between transactions.
pool_mode = transaction
; What buggy code left in a session does not reach the next client. No cost that could be measured.
server_reset_query = DISCARD ALL
server_reset_query_always = 1
default_pool_size = ${pool}
reserve_pool_size = ${reserve}
reserve_pool_timeout = 3
max_client_conn = ${Math.max(1_000, load.programs * load.poolSize * 4)}
max_db_connections = ${pool + reserve}

; A server that does not answer is given up soon, and asked again soon.
server_connect_timeout = 3
server_login_retry = 1
query_wait_timeout = 30
client_idle_timeout = 0
server_idle_timeout = 300
server_lifetime = 3600
tcp_keepalive = 1
tcp_keepidle = 60
tcp_keepintvl = 10
tcp_keepcnt = 3

${tls.join("\n")}

log_connections = 0
log_disconnections = 0
log_pooler_errors = 1
`;
}

/**
 * userlist.txt: the server's own SCRAM verifiers, with which PgBouncer checks a client and signs in as it. They are no passwords,
 * and as good as one to whoever reads them.
 */
export function userlist(verifiers: ReadonlyMap<string, string>): string {
  return pooledRoles.flatMap((role) => (verifiers.has(role) ? [`"${role}" "${verifiers.get(role)}"\n`] : [])).join("");
}
