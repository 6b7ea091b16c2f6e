import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Problem } from "../../errors/problem.ts";
import { findBinaries, hydrate } from "./binaries.ts";
import { clusterMajor, makeCluster, writeSettings } from "./cluster.ts";
import { prepareFolder, type ServerFolder, unusable } from "./folder.ts";
import { type Launched, launch } from "./launch.ts";
import { takeLease, usersOf } from "./leases.ts";
import { withLock } from "./lock.ts";
import { livePostmaster, type Postmaster, stopPostmaster } from "./postmaster.ts";
import { embeddedSettings } from "./settings.ts";

export interface EmbeddedOptions {
  readonly dataDir: string;
  /** For a new cluster; one that is there keeps its major. Default 18. */
  readonly major?: number | undefined;
  /** Asked for when the cluster is made. */
  readonly superuserPassword: () => string;
  /**
   * The server belongs to this process: it ends with it, even when it is killed, and is started again when it crashes.
   * Otherwise it ends with the last command that uses it.
   */
  readonly withParent?: boolean;
  /** Instead of the usual settings. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly note?: (line: string) => void;
}

export interface EmbeddedServer {
  readonly port: number;
  readonly major: number;
  readonly folder: ServerFolder;
  /** It ran already; another program started it. */
  readonly joined: boolean;
  /** Rejects when the server has ended and could not be started again. Never settles for a joined one. */
  readonly lost: Promise<never>;
  /** Ends it, or leaves it to the other commands that use it. */
  stop(): Promise<void>;
}

export const defaultMajor = 18;

/**
 * The server of a data folder: joins the one that runs, else starts it, making the cluster first when there is none.
 * @throws Problem `library_missing`, `data_dir_unusable`, `server_failed`
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const folder = prepareFolder(options.dataDir);
  return withLock(folder.path, async () => {
    const running = await settled(folder);
    if (running === null) return start(folder, options);
    const orphan = usersOf(folder.path).length === 0;
    if (!(orphan && options.withParent === true)) return join(folder, running);
    // Left behind by a killed command: the one that stays takes over, so that the server can end with it.
    await stopPostmaster(running.pid);
    return start(folder, options);
  });
}

async function join(folder: ServerFolder, running: Postmaster): Promise<EmbeddedServer> {
  const major = (await clusterMajor(folder)) ?? defaultMajor;
  return { port: running.port, major, folder, joined: true, lost: new Promise(() => {}), stop: leaver(folder, false) };
}

async function start(folder: ServerFolder, options: EmbeddedOptions): Promise<EmbeddedServer> {
  if (folder.note !== undefined) options.note?.(folder.note);
  const { major, runtime } = await prepareCluster(folder, options);
  const bound = options.withParent === true;
  const launched = await launch(folder, runtime, bound);
  const leave = leaver(folder, bound);
  let stopping = false;
  const again = () => withLock(folder.path, () => launch(folder, runtime, bound));
  const lost = bound ? supervise(launched, again, () => stopping, options.note) : new Promise<never>(() => {});
  const stop = () => {
    stopping = true;
    return leave();
  };
  return { port: launched.port, major, folder, joined: false, lost, stop };
}

async function prepareCluster(folder: ServerFolder, options: EmbeddedOptions): Promise<{ major: number; runtime: string }> {
  const found = await clusterMajor(folder);
  const major = found ?? options.major ?? defaultMajor;
  if (options.major !== undefined && options.major !== major)
    throw unusable(options.dataDir, `its database is of PostgreSQL ${major}, and PostgreSQL ${options.major} is asked for`);
  const runtime = await hydrate(findBinaries(major), folder.path, folder.user);
  if (found === null) {
    options.note?.(`making a PostgreSQL ${major} cluster in ${folder.data}`);
    await makeCluster(folder, runtime, options.superuserPassword());
  }
  await writeSettings(folder, options.settings ?? embeddedSettings);
  return { major, runtime };
}

/** Starts a server again that crashed; connections of the pools come back by themselves, on the port they know. */
async function supervise(
  first: Launched,
  again: () => Promise<Launched>,
  isStopping: () => boolean,
  note: EmbeddedOptions["note"],
): Promise<never> {
  const restarts: number[] = [];
  let current = first;
  for (;;) {
    const end = await ended(current);
    if (isStopping()) return new Promise(() => {});
    restarts.push(Date.now());
    if (end === "exit code 0" || restarts.filter((at) => at > Date.now() - 60_000).length > 5)
      throw new Problem("server_failed", `the embedded PostgreSQL ended (${end})`, {
        hint: "Its log is server/server.log in the data folder; start this program again.",
      });
    note?.(`the embedded PostgreSQL ended (${end}); starting it again`);
    await delay(100);
    const next = await again();
    if (next.port !== first.port)
      throw new Problem("server_failed", `the port ${first.port} of the embedded PostgreSQL was taken meanwhile`);
    current = next;
    note?.("the embedded PostgreSQL runs again");
  }
}

function ended({ child }: Launched): Promise<string> {
  const describe = () => (child.signalCode === null ? `exit code ${child.exitCode}` : `signal ${child.signalCode}`);
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(describe());
  return new Promise((resolve) => child.once("exit", () => resolve(describe())));
}

/** A server that is just starting, stopping or dying is waited for; a killed one looks alive for a moment, but answers no more. */
async function settled(folder: ServerFolder): Promise<Postmaster | null> {
  const until = Date.now() + 30_000;
  for (;;) {
    const found = livePostmaster(folder.data);
    if (found === null) return null;
    if (found.ready) {
      if (await answers(found.port)) return found;
      if (Date.now() > until) return null;
    }
    await delay(50);
  }
}

// "Do you speak TLS?" (SSLRequest of the frontend/backend protocol): any living server answers with one letter.
const question = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ host: "127.0.0.1", port, timeout: 2_000 }, () => probe.write(question));
    const done = (answered: boolean) => {
      probe.destroy();
      resolve(answered);
    };
    probe.once("data", () => done(true));
    for (const event of ["error", "end", "timeout"]) probe.once(event, () => done(false));
  });
}

/** Takes part in the use of the server; the last to leave stops it, and so does the one it is bound to. */
function leaver(folder: ServerFolder, bound: boolean): () => Promise<void> {
  const lease = takeLease(folder.path);
  return () =>
    withLock(folder.path, async () => {
      lease.end();
      const running = livePostmaster(folder.data);
      if (running !== null && (bound || lease.others().length === 0)) await stopPostmaster(running.pid);
    });
}
