/**
 * What the embedded server runs with: one host, a few people. Written to apg.conf beside the cluster, which postgresql.conf includes;
 * `alter system` stands above it. Values as in postgresql.conf.
 */
export const embeddedSettings: Readonly<Record<string, string>> = {
  shared_preload_libraries: "'pg_stat_statements'",
  max_connections: "100",
  shared_buffers: "256MB",
  effective_cache_size: "1GB",
  work_mem: "16MB",
  maintenance_work_mem: "128MB",
  // A query over a partitioned table locks every partition that planning cannot rule out.
  max_locks_per_transaction: "256",
  // Our statements are short; compiling them costs more than it gives.
  jit: "off",
  random_page_cost: "1.1",
  max_wal_size: "4GB",
  checkpoint_timeout: "15min",
  checkpoint_completion_target: "0.9",
  wal_compression: "on",
  track_io_timing: "on",
  password_encryption: "'scram-sha-256'",
  timezone: "'UTC'",
  log_timezone: "'UTC'",
  datestyle: "'ISO, YMD'",
  log_destination: "'stderr'",
  log_line_prefix: "'%m [%p] %q%a/%u@%d '",
  log_lock_waits: "on",
  log_min_duration_statement: "2s",
  // Values of parameters are money and names: never in a log.
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
};

/** For clusters that are thrown away after a test run: a crash of the machine may lose them. */
export const throwAwaySettings: Readonly<Record<string, string>> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "2GB",
  autovacuum: "off",
  log_min_duration_statement: "-1",
};

export function settingsFile(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return `# Written by apg at every start. Your own settings: alter system set …\n${lines.join("\n")}\n`;
}
