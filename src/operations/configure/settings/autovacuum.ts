import { guided, type SettingGroup } from "../setting.ts";

export const autovacuum: SettingGroup = {
  title: "Autovacuum",
  settings: [
    {
      name: "autovacuum",
      guide: guided("S104", "on"),
      value: () => "on",
      why: "the default, written: off ends in a shutdown against wraparound",
    },
    {
      name: "autovacuum_max_workers",
      guide: guided("S105", "6"),
      value: (_target, budget) => String(budget.autovacuumWorkers),
      why: "half of the processors, three to six; their memory is in the budget",
    },
    { name: "autovacuum_worker_slots", value: () => "16", from: 18, why: "workers can be added without a restart" },
    {
      name: "autovacuum_naptime",
      guide: guided("S106", "15s"),
      value: ({ load }) => (load.partitions > 2_000 ? "60s" : "30s"),
      why: "each round looks at every partition: with thousands, 15 s is never idle",
    },
    {
      name: "autovacuum_vacuum_threshold",
      guide: guided("S107", "1000"),
      value: () => "500",
      why: "small, busy tables (sessions, queues) too",
    },
    {
      name: "autovacuum_vacuum_insert_threshold",
      guide: guided("S108", "10000"),
      value: () => "10000",
      why: "entries are only added: this is what freezes them",
    },
    { name: "autovacuum_analyze_threshold", guide: guided("S109", "500"), value: () => "500", why: "as guided" },
    {
      name: "autovacuum_vacuum_scale_factor",
      guide: guided("S110", "0.1"),
      value: () => "0.05",
      why: "a twentieth of a partition, not of a table",
    },
    { name: "autovacuum_vacuum_insert_scale_factor", guide: guided("S111", "0.1"), value: () => "0.1", why: "as guided" },
    {
      name: "autovacuum_analyze_scale_factor",
      guide: guided("S112", "0.05"),
      value: () => "0.02",
      why: "the month that is being filled changes its shape daily",
    },
    {
      name: "autovacuum_vacuum_cost_delay",
      guide: guided("S115", "10ms"),
      value: () => "2ms",
      why: "the default, written: 10 ms comes in coarse bursts and undoes the limit",
    },
    {
      name: "autovacuum_vacuum_cost_limit",
      guide: guided("S116", "2000"),
      value: ({ machine }) => (machine.disk === "hdd" ? "400" : "2000"),
      why: "shared by all workers",
    },
    {
      name: "autovacuum_vacuum_max_threshold",
      value: () => "50000000",
      from: 18,
      why: "the largest leaves are visited before a twentieth of them is dead",
    },
    { name: "vacuum_failsafe_age", value: () => "1600000000", why: "the default, written: monitoring warns long before" },
  ],
};
