import { guided, type SettingGroup } from "../setting.ts";
import type { Build } from "../target.ts";

const preloaded = ["pg_stat_statements", "auto_explain", "pg_prewarm"] as const;
const has = (library: string) => (build: Build) => build.libraries.has(library);

export const statistics: SettingGroup = {
  title: "Statistics and slow plans",
  settings: [
    {
      name: "shared_preload_libraries",
      guide: guided("S92", "pg_stat_statements,auto_explain,pg_prewarm"),
      value: ({ build }) => preloaded.filter((library) => build.libraries.has(library)).join(", "),
      why: "those the server has: one that it lacks keeps it from starting",
    },
    { name: "track_io_timing", guide: guided("S88", "on"), value: () => "on", why: "tells waiting for the disk from working" },
    { name: "track_wal_io_timing", value: () => "on", why: "the same of the log" },
    {
      name: "track_functions",
      guide: guided("S89", "all"),
      value: () => "pl",
      why: "our functions; all also counts every small SQL function that is not inlined",
    },
    { name: "track_activity_query_size", guide: guided("S90", "4096"), value: () => "4096", why: "the import's statements are long" },
    { name: "compute_query_id", value: () => "on", why: "the log's line and pg_stat_statements' row name the same statement" },
    {
      name: "pg_stat_statements.max",
      guide: guided("S93", "10000"),
      value: () => "10000",
      needs: has("pg_stat_statements"),
      why: "no statement of the program is pushed out by a visitor's",
    },
    {
      name: "pg_stat_statements.track",
      guide: guided("S94", "all"),
      value: () => "all",
      needs: has("pg_stat_statements"),
      why: "those inside functions too",
    },
    {
      name: "pg_stat_statements.track_utility",
      guide: guided("S95", "on"),
      value: () => "off",
      needs: has("pg_stat_statements"),
      why: "utility statements are kept as they were typed, with their passwords",
    },
    {
      name: "auto_explain.log_min_duration",
      guide: guided("S97", "5000ms"),
      value: ({ environment }) => (environment === "development" ? "1s" : "5s"),
      needs: has("auto_explain"),
      why: "the plan of what was slow",
    },
    {
      name: "auto_explain.log_analyze",
      guide: guided("S98", "on"),
      value: ({ environment }) => (environment === "production" ? "off" : "on"),
      needs: has("auto_explain"),
      why: "on, every statement is instrumented, slow or not: nearly twice the time measured. In production the plan without actual times is enough to find the cause elsewhere",
    },
    {
      name: "auto_explain.log_buffers",
      guide: guided("S99", "on"),
      value: ({ environment }) => (environment === "production" ? null : "on"),
      needs: has("auto_explain"),
      why: "pages read, where plans are analysed",
    },
    {
      name: "auto_explain.log_timing",
      guide: guided("S100", "on"),
      value: () => "off",
      needs: has("auto_explain"),
      why: "the clock asked at every row is the dear part of analyse",
    },
    {
      name: "auto_explain.log_triggers",
      guide: guided("S101", "on"),
      value: ({ environment }) => (environment === "production" ? null : "on"),
      needs: has("auto_explain"),
      why: "what the audit costs, where plans are analysed",
    },
    {
      name: "auto_explain.log_verbose",
      guide: guided("S102", "on"),
      value: () => "off",
      needs: has("auto_explain"),
      why: "prints the literals of filters",
    },
    {
      name: "auto_explain.log_parameter_max_length",
      value: () => "0",
      from: 16,
      needs: has("auto_explain"),
      why: "no bound values beside a plan",
    },
    {
      name: "auto_explain.log_nested_statements",
      guide: guided("S103", "on"),
      value: () => "off",
      needs: has("auto_explain"),
      why: "one slow import would write thousands of plans",
    },
  ],
};
