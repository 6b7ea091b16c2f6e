import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BankTruth } from "../../banks/simulator/unreliable/truth.ts";
import type { UnreliableBank } from "../../banks/simulator/unreliable/unreliable-bank.ts";
import { Problem } from "../../errors/problem.ts";

const truthName = "truth.json";

/** The files in `files/`, by the order of their arrival, and the truth beside them, where an import of the files does not meet it. */
export async function writeBank(folder: string, { files, truth }: UnreliableBank): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new Problem("invalid_input", `${folder} cannot be written to`, { hint: "Name a new folder, or an empty one.", cause: error });
  });
  if (there.length > 0)
    throw new Problem("invalid_input", `${folder} is not empty`, { hint: "Name a new folder, or an empty one: nothing is overwritten." });
  await mkdir(join(folder, "files"), { recursive: true });
  for (const { name, bytes } of files) await writeFile(join(folder, "files", name), bytes);
  await writeFile(join(folder, truthName), `${JSON.stringify(truth, null, 1)}\n`);
}

export async function readTruth(folder: string): Promise<BankTruth> {
  const path = join(folder, truthName);
  const hint = "Name a folder that apg simulate bank wrote.";
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new Problem("invalid_input", `${path} cannot be read`, { hint, cause });
  });
  const truth = parsed(text);
  if (truth?.version !== 1) throw new Problem("invalid_input", `${path} is no truth of version 1`, { hint });
  return truth as BankTruth;
}

function parsed(text: string): Partial<BankTruth> | null {
  try {
    return JSON.parse(text) as Partial<BankTruth> | null;
  } catch {
    return null;
  }
}
