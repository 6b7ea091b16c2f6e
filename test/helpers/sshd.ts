import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import ssh2 from "ssh2";

const program = process.env["APG_SSHD"] ?? "/usr/sbin/sshd";

/** Null when an OpenSSH server can be run, else why not. */
export const noSshd: string | null = existsSync(program)
  ? null
  : "no OpenSSH server: apt-get install openssh-server, or name one in APG_SSHD";

/** A real OpenSSH server on 127.0.0.1, for SFTP alone, as a process of the tests. */
export interface Sshd {
  readonly port: number;
  readonly username: string;
  /** What a client signs in with. */
  readonly privateKey: string;
  /** The one protected by the passphrase "open sesame". */
  readonly protectedKey: string;
  readonly hostKey: string;
  /** What it serves; clients begin there. */
  readonly folder: string;
  /** SIGKILL to the server and every session: the line is gone, in the middle of whatever it was. */
  kill(): Promise<void>;
  /** Again on the same port; with a new host key when asked. */
  start(options?: { readonly newHostKey?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

export async function startSshd(): Promise<Sshd> {
  const place = await mkdtemp(join(tmpdir(), "apg-sshd-"));
  const folder = join(place, "bank");
  await mkdir(folder);
  await chmod(place, 0o755);
  const port = await freePort();
  const client = ssh2.utils.generateKeyPairSync("ed25519");
  const guarded = ssh2.utils.generateKeyPairSync("ed25519", { passphrase: "open sesame", cipher: "aes256-ctr", rounds: 16 });
  await writeFile(join(place, "authorized"), `${client.public}\n${guarded.public}\n`, { mode: 0o600 });
  // Where it is not there, a server started by root refuses to run.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  let child: ChildProcess | null = null;
  let hostKey = "";

  const makeHostKey = async () => {
    const pair = ssh2.utils.generateKeyPairSync("ed25519");
    await rm(join(place, "host"), { force: true });
    await writeFile(join(place, "host"), pair.private, { mode: 0o600 });
    const blob = Buffer.from(pair.public.split(" ")[1] ?? "", "base64");
    hostKey = `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
  };
  await writeFile(
    join(place, "config"),
    `ListenAddress 127.0.0.1
Port ${port}
HostKey ${join(place, "host")}
PidFile none
AuthorizedKeysFile ${join(place, "authorized")}
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
ForceCommand internal-sftp -d ${folder}
`,
  );
  const kill = async () => {
    if (child === null) return;
    const running = child;
    child = null;
    if (running.pid !== undefined && running.exitCode === null) {
      const ended = once(running, "exit");
      // Each session is a session of its own to the system too: it would live on.
      for (const pid of [running.pid, ...descendantsOf(running.pid)]) killIfThere(pid);
      await ended;
    }
  };
  const start = async (options: { readonly newHostKey?: boolean } = {}) => {
    if (hostKey === "" || options.newHostKey === true) await makeHostKey();
    child = spawn(program, ["-D", "-e", "-f", join(place, "config")], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr?.on("data", (piece: Buffer) => {
      said = (said + piece.toString()).slice(-4_000);
    });
    for (let attempt = 0; !(await isListening(port)); attempt += 1) {
      if (child.exitCode !== null || attempt > 200) throw new Error(`sshd does not listen: ${said}`);
      await delay(25);
    }
  };
  await start();
  return {
    port,
    username: userInfo().username,
    privateKey: client.private,
    protectedKey: guarded.private,
    get hostKey() {
      return hostKey;
    },
    folder,
    kill,
    start,
    async stop() {
      await kill();
      await rm(place, { recursive: true, force: true });
    },
  };
}

function descendantsOf(root: number): number[] {
  const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" });
  const pairs = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const found: number[] = [];
  const below = (parent: number) => {
    for (const [pid, ppid] of pairs)
      if (pid !== undefined && ppid === parent) {
        found.push(pid);
        below(pid);
      }
  };
  below(root);
  return found;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
