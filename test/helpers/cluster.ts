import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { migrate } from "../../src/operations/migrate/migrate.ts";
import { openPool, withClient } from "../../src/postgres/connect.ts";
import { contextKey } from "../../src/postgres/context.ts";
import { startEmbedded } from "../../src/postgres/embedded/server.ts";
import { embeddedSettings, throwAwaySettings } from "../../src/postgres/embedded/settings.ts";

/** What the tests of a run share: a cluster of its own, and in it a migrated database to clone. */
export interface TestCluster {
  readonly major: number;
  readonly port: number;
}

/** Every login role of the throw-away cluster has this one. */
export const testPassword = "throw-away";
/** The databases of the cluster take tokens signed with this. */
export const testContextKey = contextKey(Buffer.alloc(32, "not a secret"));
export const templateName = "apg_template";

declare module "vitest" {
  interface ProvidedContext {
    cluster: TestCluster;
  }
}

/** Vitest's global set-up of the database tests: start, migrate a template, and at the end throw everything away. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const major = Number(process.env["APG_TEST_POSTGRES"] ?? "18");
  const { server, dispose } = await startThrowAwayCluster(major);
  try {
    await buildTemplate(server.port);
  } catch (error) {
    await dispose();
    throw error;
  }
  project.provide("cluster", { major, port: server.port });
  return dispose;
}

export async function startThrowAwayCluster(major: number) {
  const dataDir = await mkdtemp(join(tmpdir(), "apg-test-"));
  // As root the server runs as another user, who must get in.
  await chmod(dataDir, 0o755);
  const settings = { ...embeddedSettings, ...throwAwaySettings };
  const server = await startEmbedded({ dataDir, major, superuserPassword: () => testPassword, withParent: true, settings });
  const dispose = async () => {
    await server.stop();
    await rm(server.folder.path, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  };
  return { server, dataDir, dispose };
}

export function testUrl(port: number, database: string, role = "postgres"): string {
  return `postgres://${role}:${testPassword}@127.0.0.1:${port}/${database}`;
}

/** A database as a fresh migration makes it, for tests to clone; every login role gets the test password. */
export async function buildTemplate(port: number): Promise<void> {
  const maintenance = openPool({ url: testUrl(port, "postgres"), applicationName: "apg test set-up", max: 1 });
  await maintenance.query(`create database ${templateName}`);
  await maintenance.end();
  const template = openPool({ url: testUrl(port, templateName), applicationName: "apg test set-up", max: 1 });
  const roles = ["apg_user", "apg_gate", "apg_readonly_user", "apg_sealer", "monitoring", "backup_user", "replicator"];
  const passwords = Object.fromEntries(roles.map((role) => [role, testPassword]));
  await withClient(template, (client) => migrate(client, { passwords, contextKey: testContextKey }));
  await template.end();
}
