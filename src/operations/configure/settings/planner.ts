import { guided, type SettingGroup } from "../setting.ts";

export const planner: SettingGroup = {
  title: "Planner",
  settings: [
    {
      name: "random_page_cost",
      guide: guided("S49", "1.1"),
      value: ({ machine }) => (machine.disk === "hdd" ? "4.0" : "1.1"),
      why: "a seek costs nothing on solid state",
    },
    {
      name: "default_statistics_target",
      guide: guided("S54", "500"),
      value: () => "200",
      why: "finer for many tenants; where one column needs more, that column has it. Parents of partitions are analysed by apg, autovacuum does not",
    },
    {
      name: "jit",
      guide: guided("S138", "on"),
      value: () => "off",
      why: "our statements are short and their tables have many partitions: compiling costs more than it gives. A report may turn it on",
    },
    {
      name: "enable_partitionwise_aggregate",
      value: () => "off",
      why: "the default, written: over hundreds of leaves planning takes the memory it saves",
    },
    {
      name: "plan_cache_mode",
      value: () => "auto",
      why: "the default, written: force_generic_plan would plan for all partitions",
    },
  ],
};
