import { type Budget, MB } from "./budget.ts";
import { renderedSettings } from "./rendered.ts";
import { notBelowPrimary, type Target } from "./target.ts";

/** pgbackrest.conf: encrypted and verified at both ends; the key comes from the environment, never from a file beside the backup. */
export function pgbackrestConf({ cluster, network, machine, archive }: Target): string | null {
  if (archive.kind !== "pgbackrest") return null;
  return `# ${cluster.name}. Written by apg db configure; changes are overwritten.
# The repository's passphrase: PGBACKREST_REPO1_CIPHER_PASS in the units' environment.
[global]
repo1-path=/var/lib/pgbackrest
repo1-cipher-type=aes-256-cbc
repo1-bundle=y
repo1-block=y
repo1-retention-full-type=time
repo1-retention-full=90
compress-type=zst
compress-level=3
process-max=${Math.max(1, Math.floor(machine.cores / 4))}
start-fast=y
delta=y
checksum-page=y
archive-async=y
spool-path=/var/spool/pgbackrest
log-level-console=info
log-level-file=detail

[global:archive-push]
process-max=2

[${archive.stanza}]
pg1-path=${cluster.dataDirectory}
pg1-port=${network.port}
pg1-user=postgres
`;
}

/** patroni.yml: failover that loses no acknowledged commit, and goes on when its store is away. */
export function patroniYml(target: Target, budget: Budget): string | null {
  const { cluster, network, environment } = target;
  if (cluster.etcd.length === 0) return null;
  const host = network.listen.find((address) => !/^127\.|^::1$|^localhost$/.test(address)) ?? "127.0.0.1";
  const dynamic = new Set<string>([...notBelowPrimary, "wal_level", "max_replication_slots"]);
  // Those Patroni wants in its store, equal on all nodes; the rest comes from apg.conf.
  const shared = renderedSettings(target, budget).filter(({ name }) => dynamic.has(name));
  return `# ${cluster.name}. Written by apg db configure; changes are overwritten.
scope: apg-${environment}
name: ${cluster.name}
restapi:
  listen: ${host}:8008
  connect_address: ${host}:8008
etcd3:
  hosts: ${cluster.etcd.join(",")}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 3
    # A primary whose server died gives way at once.
    primary_start_timeout: 0
    maximum_lag_on_failover: ${MB}
    # Without it, a primary that was cut off acknowledged 8,893 rows that were lost.
    synchronous_mode: true
    # Losing the store stops nothing while all nodes see each other.
    failsafe_mode: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
${shared.map(({ name, value }) => `        ${name}: ${value}`).join("\n")}
  initdb:
    - encoding: UTF8
    - locale: C.UTF-8
    - data-checksums
postgresql:
  listen: ${network.listen.join(",")}:${network.port}
  connect_address: ${host}:${network.port}
  data_dir: ${cluster.dataDirectory}
  custom_conf: /etc/apg/apg-postgresql.conf
  pg_hba_file: /etc/apg/pg_hba.conf
  authentication:
    replication:
      username: replicator
      sslmode: ${network.tls === null ? "prefer" : "verify-full"}
    superuser:
      username: postgres
    rewind:
      username: rewind_user
tags:
  nofailover: false
  noloadbalance: false
`;
}

/** The units: what the server, the pooler and the program need of the system. */
export function systemdUnits(target: Target, budget: Budget): ReadonlyMap<string, string> {
  const { cluster, load } = target;
  const head = `# ${cluster.name}. Written by apg db configure; changes are overwritten.\n`;
  const files = Math.max(65_536, budget.maxConnections * 1_000);
  return new Map([
    [
      "systemd/postgresql.service.d/apg.conf",
      `${head}[Service]
# The server's first process is never the one that is killed for memory; its children give the protection back.
OOMScoreAdjust=-1000
Environment=PG_OOM_ADJUST_FILE=/proc/self/oom_score_adj PG_OOM_ADJUST_VALUE=0
LimitNOFILE=${files}
LogsDirectory=postgresql
LogsDirectoryMode=0700
TimeoutStopSec=infinity
`,
    ],
    [
      "systemd/pgbouncer.service.d/apg.conf",
      `${head}[Service]\nLimitNOFILE=${Math.max(8_192, load.programs * load.poolSize * 8)}\nRestart=always\nRestartSec=1\n`,
    ],
    [
      "systemd/apg.service",
      `${head}[Unit]
Description=APG Cash Management
After=network-online.target postgresql.service pgbouncer.service
Wants=network-online.target

[Service]
User=apg
StateDirectory=apg
StateDirectoryMode=0700
EnvironmentFile=/etc/apg/apg.env
ExecStart=/usr/bin/apg start --data-dir /var/lib/apg
Restart=always
RestartSec=2
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
`,
    ],
  ]);
}

/** role-settings.sql: limits of time belong to roles. For everybody, they would cancel index builds and maintenance halfway. */
export function roleSettings(): string {
  const settings: readonly (readonly [role: string, name: string, value: string])[] = [
    ["apg_user", "statement_timeout", "15min"],
    ["apg_user", "lock_timeout", "30s"],
    ["apg_user", "idle_in_transaction_session_timeout", "5min"],
    ["apg_gate", "statement_timeout", "5s"],
    ["apg_gate", "lock_timeout", "2s"],
    ["apg_readonly_user", "statement_timeout", "5min"],
    ["apg_readonly_user", "default_transaction_read_only", "on"],
    ["apg_sealer", "idle_in_transaction_session_timeout", "1min"],
    ["monitoring", "statement_timeout", "30s"],
    ["monitoring", "lock_timeout", "2s"],
    ["backup_user", "idle_in_transaction_session_timeout", "0"],
  ];
  return `-- Limits of time, each for the role that needs it: psql -f role-settings.sql, as an administrator. Repeatable.\n${settings
    .map(([role, name, value]) => `alter role ${role} set ${name} = '${value}';\n`)
    .join("")}`;
}
