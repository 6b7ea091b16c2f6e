import { by, guided, type SettingGroup } from "../setting.ts";

const fromServer = by({ development: false, staging: true, production: true });

export const logging: SettingGroup = {
  title: "Log",
  settings: [
    {
      name: "log_destination",
      guide: guided("S62", "csvlog"),
      value: (target) => (fromServer(target) ? "stderr,jsonlog" : "stderr"),
      why: "JSON for the collector, and stderr, where the server says why it does not start; csvlog has neither prefix nor start-up errors",
    },
    {
      name: "logging_collector",
      guide: guided("S63", "on"),
      value: (target) => (fromServer(target) ? "on" : "off"),
      why: "on a developer's machine the log is whose who started it",
    },
    {
      name: "log_directory",
      guide: guided("S64", "/var/log/postgresql"),
      value: (target) => (fromServer(target) ? target.cluster.logDirectory : null),
      why: "must be there and be the server's, or it does not start: the unit file makes it",
    },
    {
      name: "log_filename",
      guide: guided("S65", "postgresql-%Y-%m-%d_%H%M%S.log"),
      value: (target) => (fromServer(target) ? "postgresql-%Y-%m-%d_%H%M%S.log" : null),
      why: "the default, written: the retention of logs matches it",
    },
    {
      name: "log_file_mode",
      guide: guided("S66", "0640"),
      value: (target) => (fromServer(target) ? "0600" : null),
      why: "statements name people; who reads logs gets them from the collector",
    },
    {
      name: "log_rotation_age",
      guide: guided("S67", "1d"),
      value: (target) => (fromServer(target) ? "1d" : null),
      why: "the default, written, with the next",
    },
    {
      name: "log_rotation_size",
      guide: guided("S68", "1GB"),
      value: (target) => (fromServer(target) ? "1GB" : null),
      why: "and old files are removed by the unit's timer",
    },
    {
      name: "log_line_prefix",
      guide: guided("S81", "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h "),
      value: () => "%m [%p] %q%a/%u@%d %h ",
      why: "to the millisecond, with the program's name; csvlog would ignore it",
    },
    {
      name: "log_min_duration_statement",
      guide: guided("S72", "1000ms"),
      value: by({ development: "100ms", staging: "500ms", production: "1s" }),
      why: "slow statements, without the values bound to them",
    },
    {
      name: "log_parameter_max_length",
      value: () => "0",
      why: "values are account numbers, names and tokens: never in a log",
    },
    { name: "log_parameter_max_length_on_error", value: () => "0", why: "nor when a statement fails" },
    {
      name: "log_statement",
      guide: guided("S82", "ddl"),
      value: () => "none",
      why: "ddl writes CREATE ROLE … PASSWORD as it was typed; changes of the schema stand in the audit trail, with who and when",
    },
    {
      name: "log_connections",
      guide: guided("S74", "on"),
      value: ({ build }) => (build.major >= 18 ? "authentication,authorization" : "on"),
      why: "who came in, by which rule; 18 takes a list, and leaves out the noise of mere contacts",
    },
    { name: "log_disconnections", guide: guided("S75", "on"), value: () => "on", why: "and for how long" },
    { name: "log_checkpoints", guide: guided("S73", "on"), value: () => "on", why: "the default since 15, written" },
    { name: "log_lock_waits", guide: guided("S76", "on"), value: () => "on", why: "who waited longer than deadlock_timeout, and for whom" },
    { name: "log_temp_files", guide: guided("S77", "100MB"), value: () => "100MB", why: "which report spills" },
    {
      name: "log_autovacuum_min_duration",
      guide: guided("S78", "0"),
      value: by({ development: "10s", staging: "10s", production: "30s" }),
      why: "those that take long; 0 writes every table every 15 s",
    },
    { name: "log_timezone", guide: guided("S83", "UTC"), value: () => "UTC", why: "one clock in every log" },
    { name: "log_recovery_conflict_waits", value: () => "on", why: "a standby says which report held replay up" },
  ],
};
