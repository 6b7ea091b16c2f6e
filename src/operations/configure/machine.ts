import { readdirSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { dirname } from "node:path";
import type { DiskKind, Machine } from "./target.ts";

/** The machine this runs on: memory and processors as its limits (control groups) leave them, and the disk under a folder. */
export async function detectMachine(dataDirectory: string): Promise<Machine> {
  const size = await volumeSize(dataDirectory);
  return { memory: memoryLimit(), cores: availableParallelism(), disk: diskKind(), diskSize: size, walSize: size };
}

function memoryLimit(): number {
  const limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].map((path) => Number(read(path)));
  return Math.min(totalmem(), ...limits.filter((limit) => Number.isFinite(limit) && limit > 0));
}

async function volumeSize(folder: string): Promise<number> {
  const { blocks, bsize } = await statfs(folder).catch(() =>
    dirname(folder) === folder ? { blocks: 0, bsize: 0 } : { blocks: -1, bsize: 1 },
  );
  return blocks === -1 ? volumeSize(dirname(folder)) : blocks * bsize;
}

/** By the block devices of Linux: one that turns makes it a hard disk. */
function diskKind(): DiskKind {
  const devices = list("/sys/block").filter((name) => !/^(loop|ram|zram|dm-|md|sr)/.test(name));
  if (devices.some((name) => read(`/sys/block/${name}/queue/rotational`) === "1" && !name.startsWith("vd"))) return "hdd";
  return devices.some((name) => name.startsWith("nvme")) ? "nvme" : "ssd";
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
