import { by, guided, type SettingGroup } from "../setting.ts";

export const connections: SettingGroup = {
  title: "Connections",
  settings: [
    {
      name: "listen_addresses",
      guide: guided("S1", "*"),
      value: ({ network }) => network.listen.join(", "),
      why: "only the addresses that somebody is meant to reach; * also answers on the interface that is added next year",
    },
    { name: "port", guide: guided("S2", "5432"), value: ({ network }) => String(network.port), why: "as asked for" },
    {
      name: "max_connections",
      guide: guided("S3", "500"),
      value: (_target, budget) => String(budget.maxConnections),
      why: "the pools of the programs, monitoring, backup, reports and a reserve; behind a pooler 500 backends only cost memory. A standby has at least its primary's",
    },
    {
      name: "superuser_reserved_connections",
      guide: guided("S4", "5"),
      value: () => "5",
      why: "who mends a full server must get in",
    },
    {
      name: "reserved_connections",
      value: () => "5",
      from: 16,
      why: "for members of pg_use_reserved_connections: monitoring goes on when the pools have taken the rest",
    },
    {
      name: "client_connection_check_interval",
      value: by({ development: null, staging: "10s", production: "10s" }),
      why: "a statement whose client has gone ends, and frees its locks",
    },
    {
      name: "tcp_keepalives_idle",
      guide: guided("S132", "600"),
      value: () => "60",
      why: "a dead peer holds its locks for two minutes, not for twelve",
    },
    {
      name: "tcp_keepalives_interval",
      guide: guided("S133", "30"),
      value: () => "10",
      why: "with the count: gone after 30 s without an answer",
    },
    {
      name: "tcp_keepalives_count",
      guide: guided("S134", "3"),
      value: () => "3",
      why: "with the interval: gone after 30 s without an answer",
    },
  ],
};
