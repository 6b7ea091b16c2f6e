import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { applyConfiguration, rollbackConfiguration } from "../../../src/operations/configure/apply.ts";
import { GB } from "../../../src/operations/configure/budget.ts";
import { checkServer, fileErrors } from "../../../src/operations/configure/check-server.ts";
import { configurationFiles } from "../../../src/operations/configure/files.ts";
import { quoted } from "../../../src/operations/configure/postgresql-conf.ts";
import { renderedSettings } from "../../../src/operations/configure/rendered.ts";
import { serverFacts } from "../../../src/operations/configure/server-facts.ts";
import { type Environment, environments, type Target } from "../../../src/operations/configure/target.ts";
import { type Client, openPool, withClient } from "../../../src/postgres/connect.ts";
import { giveTo } from "../../../src/postgres/embedded/folder.ts";
import { type EmbeddedServer, startEmbedded } from "../../../src/postgres/embedded/server.ts";
import { chooseServiceUser } from "../../../src/postgres/embedded/service-user.ts";
import { testPassword, testUrl } from "../../helpers/cluster.ts";
import { target } from "./target.ts";

// A server of its own, started with what is rendered for each environment; one cluster, as making it is the slow part.
const { major } = inject("cluster");
let dataDir = "";
let logDirectory = "";
let server: EmbeddedServer;
const tls = { certificate: "", key: "", authority: "" };

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "apg-configure-"));
  await chmod(dataDir, 0o755);
  const user = chooseServiceUser(dataDir);
  logDirectory = await mkdtemp(join(dataDir, "log-"));
  giveTo(user, logDirectory);
  const made = await generate([{ name: "commonName", value: "localhost" }], { keySize: 2048 });
  for (const [name, text] of [
    ["certificate", made.cert],
    ["key", made.private],
    ["authority", made.cert],
  ] as const) {
    tls[name] = join(dataDir, `${name}.pem`);
    await writeFile(tls[name], text, { mode: 0o600 });
    giveTo(user, tls[name]);
  }
  server = await start();
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function start(settings?: Readonly<Record<string, string>>): Promise<EmbeddedServer> {
  const options = settings === undefined ? {} : { settings };
  return startEmbedded({ dataDir, major, superuserPassword: () => testPassword, withParent: true, ...options });
}

async function asked<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const pool = openPool({ url: testUrl(server.port, "postgres"), applicationName: "test", max: 1 });
  return withClient(pool, work).finally(() => pool.end());
}

/** Of this server, small enough for the machine that runs the tests, and with its TLS files. */
async function ownTarget(environment: Environment): Promise<Target> {
  const { build } = await asked(serverFacts);
  const machine = { memory: 4 * GB, cores: 2 };
  const network = environment === "development" ? { tls: null, ...loopbackOnly } : { tls, ...loopbackOnly };
  return target({
    environment,
    build,
    machine,
    network,
    load: { programs: 1, poolSize: 10, partitions: 300 },
    cluster: { replicas: [], etcd: [], logDirectory },
    archive: { kind: "none" },
  });
}

const loopbackOnly = { listen: ["127.0.0.1"], applications: ["127.0.0.1/32"], administrators: [], replication: [] };

test.each(environments)("invariant 48: a server started as for %s has no fault in its files and every value", async (environment) => {
  const made = await ownTarget(environment);
  const expected = renderedSettings(made).filter(({ name }) => !givenByTheTest.has(name));
  await server.stop();
  server = await start(Object.fromEntries(expected.map(({ name, value }) => [name, quoted(value)])));
  await asked(async (client) => {
    expect(await fileErrors(client)).toEqual([]);
    expect(await checkServer(client, expected)).toEqual([]);
  });
});

/** The tests' own server gets these on its command line. */
const givenByTheTest = new Set(["listen_addresses", "port"]);

describe("--apply", () => {
  const configFolder = () => join(server.folder.data);

  test("puts the files in place, reloads, and leaves nothing to do; --rollback returns to what stood there", async () => {
    const before = await filesOf(configFolder());
    const files = configurationFiles(await ownTarget("development"));
    const applied = await asked((client) => applyConfiguration(client, files));
    expect(applied.changed.map((path) => path.replace(/^.*\//, "")).sort()).toEqual([
      "apg-postgresql.conf",
      "pg_hba.conf",
      "pg_ident.conf",
      "postgresql.conf",
    ]);
    expect(await asked((client) => applyConfiguration(client, files))).toMatchObject({ changed: [], previous: null });
    const shown = await asked((client) => client.query("select current_setting('log_min_duration_statement') as value"));
    expect(shown.rows).toEqual([{ value: "100ms" }]);

    await asked(rollbackConfiguration);
    expect(await filesOf(configFolder())).toEqual(before);
    await expect(asked(rollbackConfiguration)).rejects.toMatchObject({ code: "not_found" });
  });

  test("what the server does not take changes nothing", async () => {
    const before = await filesOf(configFolder());
    const files = configurationFiles(await ownTarget("development")).map((file) =>
      file.path === "apg-postgresql.conf" ? { ...file, text: `${file.text}\nstats_temp_directory = 'x'\n` } : file,
    );
    await expect(asked((client) => applyConfiguration(client, files))).rejects.toMatchObject({
      code: "configuration_refused",
      message: expect.stringContaining("stats_temp_directory"),
    });
    expect(await filesOf(configFolder())).toEqual(before);
  });

  test("rules that would lock this administrator out change nothing", async () => {
    const before = await filesOf(configFolder());
    const files = configurationFiles(await ownTarget("production"));
    await expect(asked((client) => applyConfiguration(client, files))).rejects.toMatchObject({
      code: "configuration_unsafe",
      message: expect.stringMatching(/would be locked out/),
    });
    expect(await filesOf(configFolder())).toEqual(before);
  });
});

test("drift is told: a value of another source that stands above the file, and one that waits for a restart", async () => {
  const made = await ownTarget("development");
  const expected = renderedSettings(made).filter(({ name }) => !givenByTheTest.has(name));
  await server.stop();
  server = await start(Object.fromEntries(expected.map(({ name, value }) => [name, quoted(value)])));
  await asked(async (client) => {
    await client.query("alter system set log_temp_files = '1GB'");
    await client.query("alter system set max_connections = 90");
    await client.query("select pg_reload_conf()");
    await client.query("select pg_sleep(0.3)");
    const drift = await checkServer(client, expected);
    await client.query("alter system reset all");
    await client.query("select pg_reload_conf()");
    expect(drift.map(({ kind, name }) => [kind, name])).toEqual([
      ["restart", "max_connections"],
      ["shadowed", "log_temp_files"],
    ]);
  });
});

async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".conf")).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)));
}
