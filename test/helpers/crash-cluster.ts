import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findBinaries, hydrate } from "../../src/postgres/embedded/binaries.ts";
import { launch } from "../../src/postgres/embedded/launch.ts";
import { livePostmaster } from "../../src/postgres/embedded/postmaster.ts";
import { startEmbedded } from "../../src/postgres/embedded/server.ts";
import { embeddedSettings } from "../../src/postgres/embedded/settings.ts";
import { buildTemplate, templateName, testPassword, testUrl } from "./cluster.ts";

/** A server to be killed: durable as in production (fsync on), with one migrated database. */
export interface CrashCluster {
  url(role?: string): string;
  /** SIGKILL to the server and all its processes at once, as when the machine's memory runs out; comes back recovered. */
  killAndRestart(): Promise<void>;
  dispose(): Promise<void>;
}

export async function startCrashCluster(major: number): Promise<CrashCluster> {
  const dataDir = await mkdtemp(join(tmpdir(), "apg-crash-"));
  await chmod(dataDir, 0o755);
  const first = await startEmbedded({ dataDir, major, superuserPassword: () => testPassword, withParent: true, settings });
  const { folder } = first;
  await buildTemplate(first.port);
  await first.stop();

  const runtime = await hydrate(findBinaries(major), folder.path, folder.user);
  let server = await launch(folder, runtime, true);
  const kill = async () => {
    const postmaster = livePostmaster(folder.data)?.pid;
    if (postmaster === undefined) throw new Error("the server to be killed does not run");
    const gone = new Promise((resolve) => server.child.once("exit", resolve));
    for (const pid of [postmaster, ...childrenOf(postmaster)]) send(pid, "SIGKILL");
    await gone;
  };
  return {
    url: (role) => testUrl(server.port, templateName, role),
    async killAndRestart() {
      const { port } = server;
      await kill();
      server = await launch(folder, runtime, true);
      if (server.port !== port) throw new Error(`the server came back on port ${server.port} instead of ${port}`);
    },
    async dispose() {
      await kill();
      await delay(100);
      await rm(folder.path, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const settings = { ...embeddedSettings, shared_buffers: "64MB", log_min_duration_statement: "-1" };

function childrenOf(parent: number): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return 0;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
