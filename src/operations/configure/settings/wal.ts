import { guided, memory, type SettingGroup } from "../setting.ts";

export const wal: SettingGroup = {
  title: "Write-ahead log, checkpoints and archive",
  settings: [
    {
      name: "wal_level",
      guide: guided("S29", "replica"),
      value: () => "replica",
      why: "in every environment: backup and standbys are tried where mistakes are cheap. Lowered, the server refuses to start with a slot or an archive",
    },
    {
      name: "wal_compression",
      value: ({ build }) => (build.lz4 ? "lz4" : "pglz"),
      why: "full pages after a checkpoint shrink to a third; lz4 where the server was built with it, else pglz",
    },
    {
      name: "wal_buffers",
      guide: guided("S30", "64MB"),
      value: (_target, { sharedBuffers }) => (sharedBuffers >= 4 * 1024 ** 3 ? "64MB" : null),
      why: "an import writes in long strides; left to the server below 4 GB of shared_buffers, of which it takes a 32nd",
    },
    {
      name: "checkpoint_timeout",
      guide: guided("S33", "15min"),
      value: () => "15min",
      why: "fewer full pages; recovery after a crash reads at most max_wal_size",
    },
    {
      name: "checkpoint_completion_target",
      guide: guided("S34", "0.9"),
      value: () => "0.9",
      why: "the default, written: lower values write in bursts",
    },
    {
      name: "max_wal_size",
      guide: guided("S37", "8GB"),
      value: (_target, budget) => memory(budget.maxWalSize),
      why: "a tenth of the WAL volume, at most a quarter of the memory",
    },
    {
      name: "min_wal_size",
      guide: guided("S38", "2GB"),
      value: (_target, budget) => memory(budget.minWalSize),
      why: "a quarter of it is kept to be used again",
    },
    {
      name: "wal_keep_size",
      guide: guided("S39", "16GB"),
      value: (_target, budget) => memory(budget.walKeepSize),
      why: "slots keep what a standby needs; 16 GB more would always lie there",
    },
    {
      name: "archive_mode",
      value: ({ archive }) => (archive.kind === "none" ? "off" : "on"),
      why: "without an archive there is no recovery to a point in time, whatever the section of a guide is called",
    },
    {
      name: "archive_command",
      value: ({ archive }) =>
        archive.kind === "pgbackrest"
          ? `pgbackrest --stanza=${archive.stanza} archive-push %p`
          : archive.kind === "command"
            ? archive.command
            : null,
      why: "finished segments leave the machine",
    },
    {
      name: "archive_timeout",
      value: ({ archive, environment }) => (archive.kind === "none" ? null : environment === "production" ? "60s" : "5min"),
      why: "on a quiet evening the last minutes are not only on this machine",
    },
    {
      name: "summarize_wal",
      value: ({ archive }) => (archive.kind === "none" ? "off" : "on"),
      from: 17,
      why: "incremental backups need to know which pages changed",
    },
    { name: "wal_log_hints", value: () => "on", why: "pg_rewind brings an old primary back after a failover, also without checksums" },
  ],
};
