import type { Budget } from "./budget.ts";
import { human } from "./refusals.ts";
import { renderedGroups } from "./rendered.ts";
import type { Target } from "./target.ts";

/** apg.conf, an include file of postgresql.conf: each setting with its reason above it. */
export function postgresqlConf(target: Target, budget: Budget): string {
  const groups = renderedGroups(target, budget)
    .filter(({ settings }) => settings.length > 0)
    .map(({ title, settings }) => {
      const lines = settings.map(({ name, value, why }) => `# ${why}\n${name} = ${quoted(value)}`);
      return `#--- ${title} ${"-".repeat(Math.max(3, 100 - title.length))}\n\n${lines.join("\n")}\n`;
    });
  return `${header(target, budget)}\n${groups.join("\n")}`;
}

/** As postgresql.conf takes a value: numbers and plain words bare, the rest quoted; 127.0.0.1 is neither. */
export function quoted(value: string): string {
  return /^(-?\d+(\.\d+)?[a-zA-Z]*|[a-zA-Z_][\w.]*)$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

function header({ environment, build, machine, load, cluster }: Target, { memory }: Budget): string {
  const worst = memory.map(({ what, bytes }) => `#   ${human(bytes).padStart(9)}  ${what}`);
  return [
    `# ${cluster.name}: PostgreSQL ${build.major}, ${environment}. Written by apg db configure; changes are overwritten.`,
    `# For ${human(machine.memory)} memory, ${machine.cores} cores, ${machine.disk} of ${human(machine.diskSize)}; ${load.programs} x pool of ${load.poolSize}, ${load.tenants} tenants, ${load.partitions} partitions.`,
    "#",
    "# The worst case of memory, which must fit:",
    ...worst,
    "",
  ].join("\n");
}
