import { by, guided, type SettingGroup, memory as size } from "../setting.ts";

export const memory: SettingGroup = {
  title: "Memory and files",
  settings: [
    {
      name: "shared_buffers",
      guide: guided("S15", "16GB"),
      value: (_target, budget) => size(budget.sharedBuffers),
      why: "a quarter of the memory (on a developer's machine of the part that is the database's)",
    },
    {
      name: "effective_cache_size",
      guide: guided("S16", "48GB"),
      value: (_target, budget) => size(budget.effectiveCacheSize),
      why: "what the system's cache and shared_buffers hold together; the planner reckons with it, nothing is taken",
    },
    {
      name: "work_mem",
      guide: guided("S17", "256MB"),
      value: (_target, budget) => size(budget.workMem),
      why: "what is left of the memory, through all connections and parallel workers, three hashes each: 500 x 256 MB would be 250 GB. Reports raise it for themselves",
    },
    { name: "hash_mem_multiplier", value: () => "2.0", why: "the default, written: work_mem is reckoned with it" },
    {
      name: "maintenance_work_mem",
      guide: guided("S18", "2GB"),
      value: (_target, budget) => size(budget.maintenanceWorkMem),
      why: "an index build; two at a time are in the budget",
    },
    {
      name: "autovacuum_work_mem",
      guide: guided("S19", "2GB"),
      value: (_target, budget) => size(budget.autovacuumWorkMem),
      why: "times the workers; below 17 a worker uses 1 GB at most",
    },
    {
      name: "huge_pages",
      guide: guided("S137", "try"),
      value: () => "try",
      why: "huge_pages_status (17) and the health page tell whether they were given; on would keep the server down after a kernel change",
    },
    {
      name: "temp_file_limit",
      guide: guided("S135", "20GB"),
      value: (_target, budget) => size(budget.tempFileLimit),
      why: "of one process: all connections together spill half of the disk at most; 500 x 20 GB would be 10 TB",
    },
    {
      name: "max_files_per_process",
      guide: guided("S136", "4000"),
      value: ({ load }) => String(Math.min(Math.max(1_000, Math.ceil((load.partitions * 8) / 1_000) * 1_000), 8_000)),
      why: "partitions and their indexes are files; the unit file allows as many",
    },
    {
      name: "vacuum_buffer_usage_limit",
      value: by({ development: null, staging: "16MB", production: "16MB" }),
      from: 16,
      why: "a vacuum that writes its own pages out less often",
    },
  ],
};
