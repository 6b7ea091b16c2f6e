import { Problem } from "../../errors/problem.ts";
import type { Client } from "../../postgres/connect.ts";
import { rows } from "../../postgres/rows.ts";
import { pooledRoles } from "./pgbouncer.ts";
import { type Build, type Major, majors, notBelowPrimary, type PrimarySettings } from "./target.ts";

/** What the running server tells of itself. */
export interface ServerFacts {
  readonly build: Build;
  readonly tenants: number;
  readonly partitions: number;
  readonly database: string;
  readonly dataDirectory: string;
  readonly port: number;
  /** By role; empty when the caller may not read them. */
  readonly verifiers: ReadonlyMap<string, string>;
  readonly isStandby: boolean;
}

export async function serverFacts(client: Client): Promise<ServerFacts> {
  const [row] = await rows<{
    major: number;
    lz4: boolean;
    io_uring: boolean;
    llvm: boolean;
    openssl: boolean;
    extensions: string[];
    tenants: string | null;
    partitions: number;
    database: string;
    data_directory: string;
    port: number;
    standby: boolean;
  }>(
    client,
    `select
       current_setting('server_version_num')::int / 10000 as major,
       exists (select from pg_catalog.pg_settings where name = 'wal_compression' and 'lz4' = any(enumvals)) as lz4,
       exists (select from pg_catalog.pg_settings where name = 'io_method' and 'io_uring' = any(enumvals)) as io_uring,
       coalesce((select setting from pg_catalog.pg_settings where name = 'ssl_library'), '') <> '' as openssl,
       pg_catalog.pg_jit_available() as llvm,
       array(select name::text from pg_catalog.pg_available_extensions) as extensions,
       (select count(*)::int from pg_catalog.pg_class where relispartition and relkind = 'r') as partitions,
       current_database() as database,
       current_setting('data_directory') as data_directory,
       current_setting('port')::int as port,
       pg_catalog.pg_is_in_recovery() as standby`,
  );
  if (row === undefined) throw new Error("the server told nothing of itself");
  return {
    build: {
      major: majorOf(row.major),
      lz4: row.lz4,
      ioUring: row.io_uring,
      llvm: row.llvm,
      openssl: row.openssl,
      // auto_explain is no extension; it comes in the same package as the other.
      libraries: new Set(row.extensions.flatMap((name) => (name === "pg_stat_statements" ? [name, "auto_explain"] : [name]))),
    },
    tenants: await tenantsOf(client),
    partitions: row.partitions,
    database: row.database,
    dataDirectory: row.data_directory,
    port: row.port,
    verifiers: await verifiersOf(client),
    isStandby: row.standby,
  };
}

/** What a standby must not be below. */
export async function primarySettings(client: Client): Promise<PrimarySettings> {
  const found = await rows<{ name: keyof PrimarySettings; setting: string }>(
    client,
    "select name, setting from pg_catalog.pg_settings where name = any($1)",
    [notBelowPrimary],
  );
  return Object.fromEntries(found.map(({ name, setting }) => [name, Number(setting)])) as PrimarySettings;
}

export function majorOf(version: number): Major {
  const major = majors.find((each) => each === version);
  if (major === undefined)
    throw new Problem("invalid_input", `PostgreSQL ${version} is not known here`, { hint: `Give --postgres one of ${majors.join(", ")}.` });
  return major;
}

async function tenantsOf(client: Client): Promise<number> {
  const [there] = await rows<{ there: boolean }>(client, "select to_regclass('cash_management.cm_tenants') is not null as there");
  if (there?.there !== true) return 0;
  const [row] = await rows<{ count: number }>(client, "select count(*)::int as count from cash_management.cm_tenants");
  return row?.count ?? 0;
}

async function verifiersOf(client: Client): Promise<ReadonlyMap<string, string>> {
  const [may] = await rows<{ may: boolean }>(client, "select pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'select') as may");
  if (may?.may !== true) return new Map();
  const found = await rows<{ name: string; verifier: string }>(
    client,
    "select rolname as name, rolpassword as verifier from pg_catalog.pg_authid where rolname = any($1) and rolpassword like 'SCRAM-SHA-256$%'",
    [pooledRoles],
  );
  return new Map(found.map(({ name, verifier }) => [name, verifier]));
}
