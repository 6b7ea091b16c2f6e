import { detectMachine } from "./machine.ts";
import { majorOf, type ServerFacts } from "./server-facts.ts";
import type { Build, DiskKind, Environment, PrimarySettings, Target } from "./target.ts";

/** What `apg db configure` is told; what is missing is detected. */
export interface TargetFlags {
  readonly environment?: Environment;
  readonly postgres?: number;
  readonly with?: readonly string[];
  readonly memory?: number;
  readonly cores?: number;
  readonly disk?: DiskKind;
  readonly diskSize?: number;
  readonly walSize?: number;
  readonly programs: number;
  readonly tenants?: number;
  readonly partitions?: number;
  readonly listen?: readonly string[];
  readonly serverPort?: number;
  readonly applicationNetwork?: readonly string[];
  readonly adminNetwork?: readonly string[];
  readonly replicationNetwork?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly name?: string;
  readonly database?: string;
  readonly dataDirectory?: string;
  readonly logDirectory?: string;
  readonly replica?: readonly string[];
  readonly etcd?: readonly string[];
  readonly archiveCommand?: string;
  readonly archive?: boolean;
}

/** The target of these flags, of the server that was asked (null: none), and of this machine. */
export async function targetOf(
  flags: TargetFlags,
  environment: Environment,
  poolSize: number,
  server: ServerFacts | null,
  primary: PrimarySettings | null,
): Promise<Target> {
  const dataDirectory = flags.dataDirectory ?? server?.dataDirectory ?? "/var/lib/postgresql/data";
  const machine = await detectMachine(dataDirectory);
  const diskSize = flags.diskSize ?? machine.diskSize;
  const { tlsCert: certificate, tlsKey: key, tlsCa: authority } = flags;
  return {
    environment,
    build: server?.build ?? buildOf(flags),
    machine: {
      memory: flags.memory ?? machine.memory,
      cores: flags.cores ?? machine.cores,
      disk: flags.disk ?? machine.disk,
      diskSize,
      walSize: flags.walSize ?? diskSize,
    },
    load: {
      programs: flags.programs,
      poolSize,
      tenants: flags.tenants ?? server?.tenants ?? 0,
      partitions: flags.partitions ?? server?.partitions ?? 1_000,
    },
    network: {
      listen: flags.listen ?? ["127.0.0.1", "::1"],
      port: flags.serverPort ?? server?.port ?? 5432,
      applications: flags.applicationNetwork ?? ["127.0.0.1/32", "::1/128"],
      administrators: flags.adminNetwork ?? [],
      replication: flags.replicationNetwork ?? [],
      tls: certificate === undefined || key === undefined || authority === undefined ? null : { certificate, key, authority },
    },
    cluster: {
      name: flags.name ?? "apg",
      database: flags.database ?? server?.database ?? "apg",
      dataDirectory,
      logDirectory: flags.logDirectory ?? "/var/log/postgresql",
      replicas: flags.replica ?? [],
      etcd: flags.etcd ?? [],
      primary,
    },
    archive:
      flags.archive === false || (environment === "development" && flags.archiveCommand === undefined)
        ? { kind: "none" }
        : flags.archiveCommand === undefined
          ? { kind: "pgbackrest", stanza: flags.name ?? "apg" }
          : { kind: "command", command: flags.archiveCommand },
  };
}

/** Of a server that is not there: what every packager includes, and nothing that some leave out. */
function buildOf(flags: TargetFlags): Build {
  return {
    major: majorOf(flags.postgres ?? 18),
    lz4: flags.with?.includes("lz4") ?? false,
    ioUring: flags.with?.includes("io_uring") ?? false,
    llvm: true,
    openssl: true,
    libraries: new Set(["pg_stat_statements", "auto_explain", "pg_prewarm"]),
  };
}
