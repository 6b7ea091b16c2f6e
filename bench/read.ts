import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { bigStatement } from "../src/banks/simulator/big-statement.ts";
import { type Bench, type ChildResult, type Figure, median, runChild, spread } from "./kit.ts";

type Format = "camt.053" | "mt940";

/** Reading and verifying, without a database: camt.053 against saxes tokenising the same file, MT940 against readline and a regular expression. */
export const readBench: Bench = {
  name: "read",
  async run({ quick }) {
    const folder = mkdtempSync(join(tmpdir(), "apg-bench-files-"));
    try {
      const rounds = quick ? 2 : 5;
      const bytes = quick ? 20_000_000 : 100_000_000;
      const camt = await compared("camt.053", "saxes", await write(folder, "camt.053", bytes), rounds, 0.8);
      const mt = await compared("mt940", "readline", await write(folder, "mt940", bytes), rounds, 2);
      return [camt, mt, await memory(await write(folder, "camt.053", quick ? 100_000_000 : 1_000_000_000))];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** In turns, so that both meet the same machine; the ratio is of speeds. */
async function compared(format: Format, base: "saxes" | "readline", path: string, rounds: number, target: number): Promise<Figure> {
  const runs: { base: ChildResult; own: ChildResult }[] = [];
  for (let round = 0; round < rounds; round += 1) runs.push({ base: await runChild(base, path), own: await runChild("read", path) });
  const bases = runs.map((run) => run.base.seconds);
  const own = runs.map((run) => run.own.seconds);
  const ratio = median(runs.map((run) => run.base.seconds / run.own.seconds));
  const [first] = runs;
  if (format === "mt940" && first?.base.answer["entries"] !== first?.own.answer["entries"])
    throw new Error(`the two count differently: ${JSON.stringify([first?.base.answer, first?.own.answer])}`);
  return {
    name: `reading a ${(statSync(path).size / 1e6).toFixed(0)} MB ${format} (${String(first?.own.answer["entries"])} entries)`,
    base: `${base} alone: ${spread(bases, "s")}`,
    measured: spread(own, "s"),
    ratio: `${ratio.toFixed(2)}x its speed`,
    target: `at least ${target}x`,
    met: ratio >= target,
  };
}

async function memory(path: string): Promise<Figure> {
  const { peakMegabytes, seconds } = await runChild("read", path);
  const size = statSync(path).size / 1e6;
  return {
    name: `peak memory of reading ${size.toFixed(0)} MB of camt.053`,
    base: `${seconds.toFixed(1)} s, ${(size / seconds).toFixed(0)} MB/s`,
    measured: `${peakMegabytes.toFixed(0)} MB`,
    ratio: "",
    target: "at most 150 MB",
    met: peakMegabytes <= 150,
  };
}

async function write(folder: string, format: Format, bytes: number): Promise<string> {
  const path = join(folder, `${bytes}.${format}`);
  await pipeline(Readable.from(bigStatement({ format, seed: "bench", bytes })), createWriteStream(path));
  return path;
}
