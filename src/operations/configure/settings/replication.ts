import { guided, memory, type SettingGroup } from "../setting.ts";

export const replication: SettingGroup = {
  title: "Replication",
  settings: [
    {
      name: "max_wal_senders",
      guide: guided("S42", "10"),
      value: ({ cluster }) => String(Math.max(cluster.primary?.max_wal_senders ?? 0, 10, 4 * cluster.replicas.length)),
      why: "each standby one, each base backup two, and some while they are made anew; 3, as for staging, is too few for two standbys",
    },
    {
      name: "max_replication_slots",
      guide: guided("S43", "10"),
      value: ({ cluster }) => String(Math.max(10, 2 * cluster.replicas.length + 4)),
      why: "one per standby, made by name; on a standby too, for the day it is promoted",
    },
    {
      name: "max_slot_wal_keep_size",
      value: (_target, budget) => memory(budget.slotWalKeepSize),
      why: "a standby that is gone may fill a fifth of the WAL volume, not all of it: without this bound its slot stops the primary",
    },
    {
      name: "idle_replication_slot_timeout",
      value: ({ environment }) => (environment === "development" ? null : "3d"),
      from: 18,
      why: "a slot nobody has read for three days is given up",
    },
    {
      name: "hot_standby_feedback",
      guide: guided("S45", "on"),
      value: () => "off",
      why: "on, a long report on a standby bloats the primary. A report that loses against vacuum is asked again",
    },
    {
      name: "synchronous_standby_names",
      value: ({ cluster, environment }) =>
        environment === "production" && cluster.replicas.length >= 2
          ? `ANY 1 (${cluster.replicas.map((name) => `"${name}"`).join(", ")})`
          : null,
      why: "with two standbys one of them has each commit before the client hears of it: asynchronous, 1,654 acknowledged rows were lost when replicas were cut off for a second. With fewer, the loss of the one would hang every commit",
    },
    {
      name: "cluster_name",
      guide: guided("S84", "apg-cash-management-prod"),
      value: ({ cluster }) => cluster.name,
      why: "the node's: it is what a standby is called in synchronous_standby_names, so no two may share it",
    },
  ],
};
