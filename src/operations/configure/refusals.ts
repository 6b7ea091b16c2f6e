import { Problem } from "../../errors/problem.ts";
import { type Budget, GB, MB, smallestWorkMem, total } from "./budget.ts";
import { notBelowPrimary, type Target } from "./target.ts";

/** A configuration that cannot be safe, and what to change. */
export interface Refusal {
  readonly fact: string;
  readonly hint: string;
}

/** Everything that speaks against it, not only the first. */
export function refusalsOf(target: Target, budget: Budget): readonly Refusal[] {
  return [memory, workMem, workers, wal, encryption, networks, standby].flatMap((judge) => judge(target, budget));
}

/** @throws Problem `configuration_unsafe` */
export function refuseUnsafe(target: Target, budget: Budget): void {
  const [first, ...more] = refusalsOf(target, budget);
  if (first === undefined) return;
  throw new Problem("configuration_unsafe", [first, ...more].map(({ fact }) => fact).join("; "), {
    hint: [...new Set([first, ...more].map(({ hint }) => hint))].join(" "),
  });
}

function memory({ machine }: Target, { memory: shares }: Budget): Refusal[] {
  const needed = total(shares);
  if (needed <= machine.memory) return [];
  const largest = [...shares].sort((one, other) => other.bytes - one.bytes).slice(0, 3);
  return [
    {
      fact: `in the worst case it needs ${human(needed)} of ${human(machine.memory)} memory (${largest.map(({ what, bytes }) => `${what}: ${human(bytes)}`).join(", ")})`,
      hint: "Fewer connections (--pool-size, --programs, a pooler), fewer partitions, or more memory (--memory).",
    },
  ];
}

function workMem(target: Target, budget: Budget): Refusal[] {
  if (budget.workMem > smallestWorkMem || memory(target, budget).length === 0) return [];
  return [
    {
      fact: `work_mem would be below ${smallestWorkMem / MB} MB for ${budget.maxConnections} connections`,
      hint: "Fewer connections (--pool-size, --programs, a pooler), fewer partitions, or more memory (--memory).",
    },
  ];
}

function workers({ build, machine }: Target, { parallelWorkers, workerProcesses }: Budget): Refusal[] {
  const reserve = workerProcesses - parallelWorkers;
  if (reserve < 2)
    return [{ fact: `max_worker_processes ${workerProcesses} leaves ${reserve} beside the parallel ones`, hint: "Give more --cores." }];
  if (machine.cores < 1 || !Number.isInteger(machine.cores))
    return [{ fact: `${machine.cores} processors of PostgreSQL ${build.major}`, hint: "Give --cores as a whole number." }];
  return [];
}

function wal({ machine }: Target, { wal: shares }: Budget): Refusal[] {
  const needed = total(shares);
  if (needed <= machine.walSize / 2) return [];
  return [
    {
      fact: `the write-ahead log may take ${human(needed)} of a volume of ${human(machine.walSize)}, more than half of it`,
      hint: "Give it a larger volume (--disk-size, --wal-size): a full one stops the server.",
    },
  ];
}

function encryption({ environment, network }: Target): Refusal[] {
  const remote = [...network.applications, ...network.administrators, ...network.replication].filter((cidr) => !isLoopback(cidr));
  if (network.tls !== null || (environment === "development" && remote.length === 0)) return [];
  return [
    {
      fact: environment === "development" ? `${remote[0]} would connect without TLS` : `${environment} has no TLS files`,
      hint: "Give --tls-cert, --tls-key and --tls-ca.",
    },
  ];
}

function networks({ network }: Target): Refusal[] {
  const wide = [...network.applications, ...network.administrators, ...network.replication].filter((cidr) => /\/[0-7]$/.test(cidr));
  return wide.map((cidr) => ({
    fact: `${cidr} admits half of the internet or more`,
    hint: "Name the networks of the program, its administrators and its standbys: --application-network, --admin-network, --replication-network.",
  }));
}

function standby({ cluster }: Target, budget: Budget): Refusal[] {
  const { primary } = cluster;
  if (primary === null) return [];
  const own: Partial<Record<(typeof notBelowPrimary)[number], number>> = {
    max_connections: budget.maxConnections,
    max_worker_processes: budget.workerProcesses,
    max_locks_per_transaction: budget.locksPerTransaction,
  };
  return notBelowPrimary
    .filter((name) => (own[name] ?? primary[name]) < primary[name])
    .map((name) => ({
      fact: `${name} = ${own[name]} is below the primary's ${primary[name]}: replay would stop`,
      hint: "Give this node what its primary has.",
    }));
}

export function isLoopback(cidr: string): boolean {
  return /^127\.|^::1\/|^samehost$/.test(cidr);
}

export function human(bytes: number): string {
  return bytes >= GB ? `${(bytes / GB).toFixed(1)} GB` : `${Math.round(bytes / MB)} MB`;
}
