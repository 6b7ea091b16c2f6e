import { readdirSync, readFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Pool } from "../../src/postgres/connect.ts";

/** What was seen at a place: everything that stood there at any time. */
export class Seen {
  readonly #parts = new Map<string, Buffer[]>();

  add(place: string, text: string | Buffer): void {
    const parts = this.#parts.get(place) ?? [];
    this.#parts.set(place, parts);
    parts.push(Buffer.from(text as string));
  }

  places(): ReadonlyMap<string, Buffer> {
    return new Map([...this.#parts].map(([place, parts]) => [place, Buffer.concat(parts.flatMap((part) => [part, Buffer.from("\n")]))]));
  }
}

/** Stands between the program and the server and keeps every byte that the program sends: what is not here, the database never got. */
export async function wireTap(serverPort: number, seen: Seen): Promise<{ readonly port: number; close(): Promise<void> }> {
  const tap: Server = createServer((program) => {
    const server = connect(serverPort, "127.0.0.1");
    const sent: Buffer[] = [];
    program.on("data", (piece) => sent.push(piece));
    // One connection, one stretch: what is cut into pieces on the way is found too.
    program.on("close", () => seen.add("sent to the database", Buffer.concat(sent)));
    program.pipe(server).pipe(program);
    for (const [one, other] of [[program, server] as const, [server, program] as const]) one.on("error", () => other.destroy());
  });
  await new Promise<void>((resolve) => tap.listen(0, "127.0.0.1", resolve));
  const address = tap.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, close: () => new Promise((resolve) => tap.close(() => resolve())) };
}

/**
 * Looks, many times a second, at the list of processes, which everybody on the machine may read, and at what other sessions run. The
 * environment of a process may be read by its own user and root only; that of the server's processes is looked at, since they are
 * another user's and inherit from whoever starts them.
 */
export function watch(admin: Pool, postmaster: number, seen: Seen): { stop(): Promise<void> } {
  const known = new Map<string, Set<string>>();
  const note = (place: string, text: string) => {
    const texts = known.get(place) ?? new Set();
    known.set(place, texts);
    if (!texts.has(text)) seen.add(place, text);
    texts.add(text);
  };
  let watching = true;
  const activity = async () => {
    while (watching) {
      const { rows } = await admin.query<{ text: string }>("select query as text from pg_stat_activity where pid <> pg_backend_pid()");
      for (const { text } of rows) note("pg_stat_activity", text);
      await delay(20);
    }
  };
  const processes = setInterval(() => {
    for (const pid of pidsOf("/proc")) {
      note("list of processes", fileOf(`/proc/${pid}/cmdline`));
      if (descends(pid, postmaster)) note("environment of the server", fileOf(`/proc/${pid}/environ`));
    }
  }, 30);
  const running = activity();
  return {
    async stop() {
      watching = false;
      clearInterval(processes);
      await running;
    },
  };
}

function pidsOf(folder: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function descends(pid: number, from: number, steps = 4): boolean {
  if (pid === from || steps === 0) return pid === from;
  return descends(Number(/^PPid:\s*(\d+)/m.exec(fileOf(`/proc/${pid}/status`))?.[1] ?? 0), from, steps - 1);
}

/** Of a process that has just ended nothing. */
function fileOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
