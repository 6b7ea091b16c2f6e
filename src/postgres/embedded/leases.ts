import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "./lock.ts";

/**
 * Who uses the server now: one file per use, named by process id and number. The last to leave stops the server; a file
 * whose process is gone counts for nothing. Read and written under the start lock.
 */
export interface Lease {
  /** The others that use the server and live. */
  others(): readonly string[];
  end(): void;
}

let count = 0;

export function takeLease(folder: string): Lease {
  mkdirSync(join(folder, "users"), { recursive: true });
  count += 1;
  const name = `${process.pid}-${count}`;
  writeFileSync(join(folder, "users", name), "");
  return {
    others: () => usersOf(folder).filter((user) => user !== name),
    end: () => rmSync(join(folder, "users", name), { force: true }),
  };
}

export function usersOf(folder: string): readonly string[] {
  return list(folder).filter((name) => {
    const pid = Number.parseInt(name, 10);
    const inUse = pid === process.pid ? Number(name.split("-")[1]) <= count : isAlive(pid);
    if (!inUse) rmSync(join(folder, "users", name), { force: true });
    return inUse;
  });
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(join(folder, "users"));
  } catch {
    return [];
  }
}
