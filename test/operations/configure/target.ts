import { GB } from "../../../src/operations/configure/budget.ts";
import type { Environment, Major, Target } from "../../../src/operations/configure/target.ts";

type Parts = { readonly [Part in keyof Target]?: Partial<Target[Part]> };

/** A production primary of 64 GB, but for what a test says. */
export function target({
  build,
  machine,
  load,
  network,
  cluster,
  archive,
  environment,
}: Parts & { environment?: Environment } = {}): Target {
  return {
    environment: environment ?? "production",
    build: {
      major: 18 as Major,
      lz4: false,
      ioUring: false,
      llvm: true,
      openssl: true,
      libraries: new Set(["pg_stat_statements", "auto_explain", "pg_prewarm"]),
      ...build,
    },
    machine: { memory: 64 * GB, cores: 16, disk: "nvme", diskSize: 2_000 * GB, walSize: 2_000 * GB, ...machine },
    load: { programs: 2, poolSize: 20, tenants: 100, partitions: 2_000, ...load },
    network: {
      listen: ["10.20.0.5"],
      port: 5432,
      applications: ["10.20.0.0/16"],
      administrators: ["10.30.0.10/32", "10.30.1.0/24"],
      replication: ["10.20.0.0/24"],
      tls: { certificate: "/etc/apg/server.crt", key: "/etc/apg/server.key", authority: "/etc/apg/ca.crt" },
      ...network,
    },
    cluster: {
      name: "apg1",
      database: "apg",
      dataDirectory: "/var/lib/postgresql/data",
      logDirectory: "/var/log/postgresql",
      replicas: ["apg2", "apg3"],
      etcd: ["10.20.0.9:2379"],
      primary: null,
      ...cluster,
    },
    archive: { kind: "pgbackrest", stanza: "apg", ...archive } as Target["archive"],
  };
}
