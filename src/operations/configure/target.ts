/** What a configuration is made for. Sizes in bytes. */
export interface Target {
  readonly environment: Environment;
  readonly build: Build;
  readonly machine: Machine;
  readonly load: Load;
  readonly network: Network;
  readonly cluster: ClusterPlace;
  readonly archive: Archive;
}

export const environments = ["development", "staging", "production"] as const;
export type Environment = (typeof environments)[number];

export const majors = [15, 16, 17, 18] as const;
export type Major = (typeof majors)[number];

/** The server program: its version, and what it was built with. */
export interface Build {
  readonly major: Major;
  readonly lz4: boolean;
  readonly ioUring: boolean;
  readonly llvm: boolean;
  readonly openssl: boolean;
  /** Those that shared_preload_libraries can name. */
  readonly libraries: ReadonlySet<string>;
}

export interface Machine {
  readonly memory: number;
  readonly cores: number;
  readonly disk: DiskKind;
  readonly diskSize: number;
  /** Of the volume that holds pg_wal; the disk's where there is none of its own. */
  readonly walSize: number;
}

export const diskKinds = ["nvme", "ssd", "hdd"] as const;
export type DiskKind = (typeof diskKinds)[number];

export interface Load {
  /** Processes of the program (`apg start`) that connect, directly or through their pooler. */
  readonly programs: number;
  /** --pool-size of each. */
  readonly poolSize: number;
  readonly tenants: number;
  /** Leaves of all partitioned tables. */
  readonly partitions: number;
}

export interface Network {
  readonly listen: readonly string[];
  readonly port: number;
  /** CIDR. Who may connect as what: pg_hba.conf. */
  readonly applications: readonly string[];
  readonly administrators: readonly string[];
  readonly replication: readonly string[];
  readonly tls: Tls | null;
}

export interface Tls {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

export interface ClusterPlace {
  /** The node's name; also its application_name as a standby. */
  readonly name: string;
  readonly database: string;
  readonly dataDirectory: string;
  readonly logDirectory: string;
  /** Names of the standbys of this primary. */
  readonly replicas: readonly string[];
  /** host:port of the nodes of etcd, for Patroni. */
  readonly etcd: readonly string[];
  /** Set for a standby: what its primary has, which it must not be below. */
  readonly primary: PrimarySettings | null;
}

/** "recovery aborted because of insufficient parameter settings": these a standby must have at least as its primary has them. */
export const notBelowPrimary = [
  "max_connections",
  "max_worker_processes",
  "max_wal_senders",
  "max_prepared_transactions",
  "max_locks_per_transaction",
] as const;
export type PrimarySettings = Readonly<Record<(typeof notBelowPrimary)[number], number>>;

/** Where finished WAL goes: pgBackRest, a command of one's own, or nowhere (no point-in-time recovery). */
export type Archive =
  | { readonly kind: "pgbackrest"; readonly stanza: string }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "none" };
