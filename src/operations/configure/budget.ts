import type { Target } from "./target.ts";

export const kB = 1024;
export const MB = 1024 * kB;
export const GB = 1024 * MB;

/** What the machine's memory, processors and disks are divided into. Bytes, but for counts. */
export interface Budget {
  readonly sharedBuffers: number;
  readonly effectiveCacheSize: number;
  readonly workMem: number;
  readonly maintenanceWorkMem: number;
  readonly autovacuumWorkMem: number;
  readonly autovacuumWorkers: number;
  readonly maxConnections: number;
  readonly parallelWorkers: number;
  readonly workerProcesses: number;
  readonly locksPerTransaction: number;
  readonly maxWalSize: number;
  readonly minWalSize: number;
  readonly walKeepSize: number;
  readonly slotWalKeepSize: number;
  readonly tempFileLimit: number;
  /** The worst case, part by part; their sum must fit into the machine's memory. */
  readonly memory: readonly Share[];
  /** Likewise of the volume of pg_wal. */
  readonly wal: readonly Share[];
}

export interface Share {
  readonly what: string;
  readonly bytes: number;
}

/** A backend without its sorts and hashes: catalogue and plan caches of a schema with hundreds of partitions. */
const backendBytes = 8 * MB;
/** Sorts and hashes that one statement holds at once; a hash may take hash_mem_multiplier (2) times work_mem. */
export const nodesOfWorstPlan = 3;
export const hashMemMultiplier = 2;
export const smallestWorkMem = 4 * MB;
const largestWorkMem = 64 * MB;
/** A lock's two entries in shared memory, measured by the size of the main segment. */
const lockBytes = 400;

/** Divides a machine. Never refuses: `refusals` says whether the parts fit. */
export function budgetOf(target: Target): Budget {
  const { machine, load, environment, cluster, build } = target;
  // A developer's machine has other work to do.
  const share = environment === "development" ? 0.6 : 1;
  const memory = machine.memory * share;
  const sharedBuffers = rounded(clamp(memory / 4, 128 * MB, 256 * GB));
  const maintenanceWorkMem = rounded(clamp(memory / 32, 64 * MB, 2 * GB));
  // Below 17 a worker uses at most 1 GB of it.
  const autovacuumWorkMem = rounded(clamp(memory / 64, 32 * MB, build.major < 17 ? GB : 2 * GB));
  const autovacuumWorkers = clamp(Math.floor(machine.cores / 2), 3, 6);
  const maxConnections = atLeast(cluster.primary?.max_connections, connectionsOf(target));
  const parallelWorkers = clamp(Math.floor(machine.cores / 2), 2, 32);
  const workerProcesses = atLeast(cluster.primary?.max_worker_processes, parallelWorkers + reservedWorkers);
  const leaves = Math.max(load.partitions, 100);
  const locksPerTransaction = atLeast(
    cluster.primary?.max_locks_per_transaction,
    clamp(Math.ceil((leaves * locksOfLeaf * fullScansAtOnce) / maxConnections / 64) * 64, 256, 8_192),
  );
  const fixed: Share[] = [
    { what: "the system and its own cache", bytes: systemBytes(machine.memory, share) },
    { what: "shared_buffers", bytes: sharedBuffers },
    { what: `the lock table (${locksPerTransaction} x ${maxConnections})`, bytes: locksPerTransaction * maxConnections * lockBytes },
    { what: `${autovacuumWorkers} x autovacuum_work_mem`, bytes: autovacuumWorkers * autovacuumWorkMem },
    { what: "2 x maintenance_work_mem", bytes: 2 * maintenanceWorkMem },
    { what: `${maxConnections} backends of ${backendBytes / MB} MB`, bytes: maxConnections * backendBytes },
  ];
  const processes = maxConnections + parallelWorkers;
  const left = machine.memory - total(fixed);
  const workMem = workMemOf(left / processes / nodesOfWorstPlan / hashMemMultiplier);
  const plans = processes * nodesOfWorstPlan * hashMemMultiplier * workMem;
  const wal = walShares(target);
  return {
    sharedBuffers,
    effectiveCacheSize: rounded(memory * 0.7),
    workMem,
    maintenanceWorkMem,
    autovacuumWorkMem,
    autovacuumWorkers,
    maxConnections,
    parallelWorkers,
    workerProcesses,
    locksPerTransaction,
    ...wal,
    tempFileLimit: rounded(clamp(machine.diskSize / 2 / maxConnections, 256 * MB, 20 * GB)),
    memory: [
      ...fixed,
      { what: `${processes} plans of ${nodesOfWorstPlan} x ${hashMemMultiplier} x work_mem (${workMem / MB} MB)`, bytes: plans },
    ],
    wal: wal.wal,
  };
}

export function total(shares: readonly Share[]): number {
  return shares.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Logical launcher, autoprewarm, a scheduler, and one to spare: parallel plans must not take them all. */
const reservedWorkers = 4;
const locksOfLeaf = 8;
/** Statements at the same time that no partition can be ruled out for. */
const fullScansAtOnce = 4;

/**
 * What the program and its people open: the pools of each process (app, a third of it for the gate, sealer, administration,
 * worker), then monitoring, backup, reports, and the reserve of those who mend.
 */
function connectionsOf({ environment, load, cluster }: Target): number {
  const ofProgram = load.poolSize + Math.max(2, Math.ceil(load.poolSize / 3)) + 1 + 4 + 4;
  const others = environment === "development" ? 10 : 5 + 3 + 10 + 10 + 2 * cluster.replicas.length;
  return Math.max(30, Math.ceil((load.programs * ofProgram + others) / 10) * 10);
}

function walShares({ machine, cluster }: Target) {
  const maxWalSize = rounded(clamp(Math.min(machine.walSize / 10, machine.memory / 4), 256 * MB, 32 * GB));
  const withSlots = cluster.replicas.length > 0;
  const walKeepSize = withSlots ? rounded(clamp(machine.walSize / 50, 256 * MB, 4 * GB)) : 0;
  const slotWalKeepSize = rounded(clamp(machine.walSize / 5, 512 * MB, 200 * GB));
  return {
    maxWalSize,
    minWalSize: rounded(clamp(maxWalSize / 4, 128 * MB, 4 * GB)),
    walKeepSize,
    slotWalKeepSize,
    wal: [
      { what: "max_wal_size", bytes: maxWalSize },
      { what: "wal_keep_size", bytes: walKeepSize },
      { what: "max_slot_wal_keep_size", bytes: slotWalKeepSize },
      { what: "as much again as max_wal_size while a checkpoint lags or the archive is away", bytes: maxWalSize },
    ],
  };
}

function systemBytes(memory: number, share: number): number {
  return Math.max(512 * MB, memory * (share < 1 ? 1 - share : 0.1));
}

function workMemOf(bytes: number): number {
  const step = bytes >= 8 * MB ? 4 * MB : MB;
  const whole = Math.floor(bytes / step) * step;
  return clamp(whole, smallestWorkMem, largestWorkMem);
}

function atLeast(primary: number | undefined, own: number): number {
  return primary === undefined ? own : Math.max(primary, own);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** To a figure a person would write: whole gigabytes above 4 GB, else 64 MB, else whole megabytes. */
function rounded(bytes: number): number {
  const step = bytes >= 4 * GB ? GB : bytes >= 256 * MB ? 64 * MB : MB;
  return Math.max(Math.floor(bytes / step), 1) * step;
}
