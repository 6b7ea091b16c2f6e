import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { asSpawnOptions, chooseServiceUser } from "../../src/postgres/embedded/service-user.ts";
import { testPassword, testUrl } from "./cluster.ts";

const program = process.env["APG_PGBOUNCER"] ?? "/usr/sbin/pgbouncer";

/** Null when a PgBouncer can be run, else why not. */
export const noPgBouncer: string | null = existsSync(program)
  ? null
  : "no PgBouncer: apt-get install pgbouncer, or name one in APG_PGBOUNCER";

export interface Bouncer {
  readonly port: number;
  url(database: string, role: string): string;
  stop(): Promise<void>;
}

/** In transaction mode, and as trusting as it comes: nothing resets a server connection between two clients. */
export async function startPgBouncer(serverPort: number, serverConnections: number): Promise<Bouncer> {
  const folder = await mkdtemp(join(tmpdir(), "apg-pgbouncer-"));
  // It refuses to run as root, so another user reads these.
  await chmod(folder, 0o755);
  const port = await freePort();
  const logins = ["apg_user", "apg_gate"].map((role) => `"${role}" "${testPassword}"`).join("\n");
  await writeFile(join(folder, "users.txt"), `${logins}\n`);
  await writeFile(
    join(folder, "pgbouncer.ini"),
    `[databases]
* = host=127.0.0.1 port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, "users.txt")}
pool_mode = transaction
default_pool_size = ${serverConnections}
max_client_conn = 200
`,
  );
  const child = spawn(program, [join(folder, "pgbouncer.ini")], {
    ...asSpawnOptions(chooseServiceUser("")),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr?.on("data", (piece: Buffer) => {
    said = (said + piece.toString()).slice(-4_000);
  });
  child.once("exit", (code, signal) => process.stderr.write(`PgBouncer ended with ${code ?? signal}:\n${said}`));
  await listening(child, port, () => said);
  return {
    port,
    url: (database, role) => testUrl(port, database, role),
    async stop() {
      child.removeAllListeners("exit");
      if (child.exitCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess, port: number, said: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${said()}`);
    if (await isListening(port)) return;
    await delay(50);
  }
  throw new Error(`PgBouncer does not listen: ${said()}`);
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
