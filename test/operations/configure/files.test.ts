import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkFile } from "../../../src/operations/configure/check-file.ts";
import { configurationFiles } from "../../../src/operations/configure/files.ts";
import { readConf } from "../../../src/operations/configure/read-conf.ts";
import { renderedSettings } from "../../../src/operations/configure/rendered.ts";
import { leftOut, settingGroups } from "../../../src/operations/configure/settings/index.ts";
import { environments, type Target } from "../../../src/operations/configure/target.ts";
import { sameValue } from "../../../src/operations/configure/values.ts";
import { hbaVerdict, pgbouncerVerdict } from "./judged.ts";
import { target } from "./target.ts";

const folder = mkdtempSync(join(tmpdir(), "apg-test-configure-"));
afterAll(() => rmSync(folder, { recursive: true }));

const textOf = (made: Target, path: string, verifiers?: ReadonlyMap<string, string>) =>
  configurationFiles(made, verifiers).find((file) => file.path === path)?.text ?? "";

describe("the files", () => {
  test("each environment has all of them; patroni.yml and pgbackrest.conf where they are used", () => {
    const paths = configurationFiles(target()).map(({ path }) => path);
    expect(paths).toEqual([
      "apg-postgresql.conf",
      "pg_hba.conf",
      "pg_ident.conf",
      "role-settings.sql",
      "pgbouncer.ini",
      "userlist.txt",
      "pgbackrest.conf",
      "patroni.yml",
      "systemd/postgresql.service.d/apg.conf",
      "systemd/pgbouncer.service.d/apg.conf",
      "systemd/apg.service",
    ]);
    const alone = configurationFiles(target({ cluster: { etcd: [] }, archive: { kind: "none" } })).map(({ path }) => path);
    expect(alone).not.toContain("patroni.yml");
    expect(alone).not.toContain("pgbackrest.conf");
  });

  test("what is read back from apg-postgresql.conf is what was meant, no name twice", () => {
    for (const environment of environments) {
      const made = target({ environment });
      const { settings, broken } = readConf(textOf(made, "apg-postgresql.conf"));
      expect(broken).toEqual([]);
      expect(settings.map(({ name, value }) => [name, value])).toEqual(renderedSettings(made).map(({ name, value }) => [name, value]));
    }
  });

  test("pg_hba.conf has no fault that apg db lint knows, in any environment", async () => {
    for (const environment of environments)
      expect(await hbaVerdict(textOf(target({ environment }), "pg_hba.conf")), environment).toEqual([]);
  });

  test("a superuser comes from single machines only, monitoring from their network too", () => {
    const rules = textOf(target(), "pg_hba.conf")
      .split("\n")
      .filter((line) => line.startsWith("host"));
    const from = (user: string) =>
      rules
        .map((line) => line.split(/\s+/))
        .filter((words) => words[2] === user)
        .map((words) => words[3]);
    expect(from("postgres")).toEqual(["10.30.0.10/32"]);
    expect(from("monitoring")).toEqual(["127.0.0.1/32", "::1/128", "10.30.0.10/32", "10.30.1.0/24"]);
  });

  test("pgbouncer.ini has no fault that apg db lint knows, but for the server it cannot verify without TLS", async () => {
    const users = '"apg_user" "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy"\n';
    expect(await pgbouncerVerdict(textOf(target(), "pgbouncer.ini"), users, folder)).toEqual([]);
    const loopback = { tls: null, listen: ["127.0.0.1"], applications: ["127.0.0.1/32", "::1/128"], administrators: [], replication: [] };
    const alone = target({ environment: "development", network: loopback });
    // On one machine, without certificates, there is nothing to verify a server by.
    expect(await pgbouncerVerdict(textOf(alone, "pgbouncer.ini"), users, folder)).toEqual([
      expect.stringContaining("server_tls_sslmode = prefer"),
    ]);
  });

  test("userlist.txt holds verifiers of the pooled roles only, for its owner alone", () => {
    const verifiers = new Map([
      ["apg_user", "SCRAM-SHA-256$4096:salt$stored:server"],
      ["postgres", "SCRAM-SHA-256$4096:salt$stored:server"],
    ]);
    expect(textOf(target(), "userlist.txt", verifiers)).toBe('"apg_user" "SCRAM-SHA-256$4096:salt$stored:server"\n');
    expect(configurationFiles(target()).find(({ path }) => path === "userlist.txt")?.mode).toBe(0o600);
  });
});

describe("--check of a file that somebody wrote", () => {
  const guide = [
    ...settingGroups.flatMap(({ settings }) =>
      settings.flatMap(({ name, guide }) => (guide ?? []).map(({ id, value }) => ({ id, name, value }))),
    ),
    ...leftOut,
  ]
    .sort((one, other) => Number(one.id.slice(1)) - Number(other.id.slice(1)))
    .map(({ name, value }) => `${name} = '${value}'`)
    .join("\n");
  const findings = (text: string, made = target()) => checkFile(text, made, renderedSettings(made), null);

  test("the guide's own 141 lines: what keeps the server from starting, what is unsafe together, and each other choice with its reason", () => {
    const found = findings(guide);
    const errors = found.filter(({ kind }) => kind === "error").map(({ name }) => name);
    expect(errors).toEqual(["stats_temp_directory", "ssl_cert_file", "ssl_key_file", "ssl_ca_file", "ssl_dh_params_file"]);
    expect(found.filter(({ kind }) => kind === "unsafe").map(({ name }) => name)).toEqual([
      "max_parallel_workers_per_gather",
      "max_connections, work_mem, shared_buffers",
      "max_worker_processes, max_parallel_workers",
      "max_replication_slots, max_slot_wal_keep_size",
      "wal_level, archive_mode",
      "log_min_duration_statement, log_parameter_max_length",
      "log_statement",
      "temp_file_limit, max_connections",
      "listen_addresses",
      "datestyle",
    ]);
    expect(found.find(({ name, kind }) => name === "log_statement" && kind === "differs")).toMatchObject({
      found: "ddl",
      expected: "none",
    });
  });

  test("our own file has no finding", () => {
    const made = target({ network: { tls: { certificate: file("c"), key: file("k"), authority: file("a") } } });
    expect(findings(textOf(made, "apg-postgresql.conf"), made)).toEqual([]);
  });

  test("a line that is none, and a name that no version knows", () => {
    const known = new Map([["port", { vartype: "integer", unit: null } as const]]);
    const found = checkFile(
      "port 5432\nlisten_addresses = 127.0.0.1\nno_such_thing = on\nauto_explain.log_min_duration = '5s'\n",
      target(),
      renderedSettings(target()),
      known,
    );
    expect(found.filter(({ kind }) => kind === "error").map(({ line, name }) => [line, name])).toEqual([
      [2, "?"],
      [3, "no_such_thing"],
    ]);
  });

  function file(name: string): string {
    writeFileSync(join(folder, name), "");
    return join(folder, name);
  }
});

test.each([
  ["1GB", "1024MB", "integer", "kB", true],
  ["16GB", "2097152", "integer", "8kB", true],
  ["1s", "1000ms", "integer", "ms", true],
  ["15min", "900", "integer", "s", true],
  ["on", "true", "bool", null, true],
  ["ISO, YMD", "iso,YMD", "string", null, false],
  ["a, b", "a,b", "string", null, true],
  ["0600", "384", "integer", null, true],
  ["0.9", "0.90", "real", null, true],
  ["1GB", "1GiB", "integer", "kB", false],
  ["2ms", "2", "real", "ms", true],
] as const)("%s and %s (%s in %s) mean the same: %s", (one, other, vartype, unit, same) => {
  expect(sameValue(one, other, { vartype, unit })).toBe(same);
});
