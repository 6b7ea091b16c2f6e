import { guided, type SettingGroup } from "../setting.ts";

export const workers: SettingGroup = {
  title: "Input, output and workers",
  settings: [
    {
      name: "effective_io_concurrency",
      guide: guided("S24", "200"),
      value: ({ machine }) => ({ nvme: "256", ssd: "200", hdd: "2" })[machine.disk],
      why: "requests the disk takes at once",
    },
    {
      name: "maintenance_io_concurrency",
      value: ({ machine }) => ({ nvme: "256", ssd: "200", hdd: "10" })[machine.disk],
      why: "the same for vacuum and recovery prefetch",
    },
    {
      name: "io_method",
      value: ({ build }) => (build.ioUring ? "io_uring" : "worker"),
      from: 18,
      why: "io_uring where the server was built with it",
    },
    {
      name: "io_workers",
      value: ({ machine, build }) => (build.ioUring ? null : String(Math.min(Math.max(3, Math.floor(machine.cores / 4)), 16))),
      from: 18,
      why: "a quarter of the processors read ahead for the others",
    },
    {
      name: "max_worker_processes",
      guide: guided("S25", "16"),
      value: (_target, budget) => String(budget.workerProcesses),
      why: "the parallel workers and four more (prewarm, logical replication, a scheduler): equal to max_parallel_workers it starves them",
    },
    {
      name: "max_parallel_workers",
      guide: guided("S27", "16"),
      value: (_target, budget) => String(budget.parallelWorkers),
      why: "half of the processors: the others serve short statements",
    },
    {
      name: "max_parallel_workers_per_gather",
      guide: [...guided("S26", "4"), ...guided("S57", "4")],
      value: ({ machine }) => (machine.cores >= 16 ? "4" : machine.cores >= 4 ? "2" : "0"),
      why: "a report may take a few, never all.",
    },
    {
      name: "max_parallel_maintenance_workers",
      guide: guided("S28", "4"),
      value: ({ machine }) => (machine.cores >= 8 ? "4" : "2"),
      why: "index builds on partitions",
    },
  ],
};
