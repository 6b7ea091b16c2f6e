import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Resolves with what was said when `pattern` is found in it; rejects when the program ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<number | null>;
}

export interface ProgramOptions {
  readonly dataDir: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Another user, when the tests run as root. */
  readonly uid?: number;
  /** What it reads on standard input; nothing otherwise. */
  readonly input?: string;
}

/** Builds what `bin/apg.js` runs, once for the file, when its sources are newer. */
export function buildProgramFirst(): void {
  beforeAll(() => {
    const script = "import('./scripts/build.mjs').then(({ build }) => build({ pages: false }))";
    const done = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root, encoding: "utf8" });
    if (done.status !== 0) throw new Error(done.stderr);
  });
}

/** A data folder of the test file, which the server's user can enter; gone afterwards. */
export function temporaryFolder(): { readonly path: string } {
  let path = "";
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), "apg-program-"));
    await chmod(path, 0o755);
  });
  afterAll(() => rm(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
  };
}

/** The real program in a process of its own, until it ends. */
export async function apg(parameters: readonly string[], options: ProgramOptions): Promise<Run> {
  const program = launch(parameters, options);
  let stdout = "";
  let stderr = "";
  program.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  program.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => program.once("close", resolve));
  return { code, stdout, stderr };
}

/** The real program in a process of its own, running on. */
export function startApg(parameters: readonly string[], options: ProgramOptions): RunningProgram {
  const program = launch(parameters, options);
  let said = "";
  const ended = new Promise<number | null>((resolve) => program.once("close", resolve));
  for (const stream of [program.stdout, program.stderr])
    stream?.on("data", (chunk) => {
      said += chunk;
      program.emit("said");
    });
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(said);
        if (found !== null) resolve(found);
      };
      look();
      program.on("said", look);
      void ended.then((code) => reject(new Error(`apg ended with ${code} before it said ${pattern}:\n${said}`)));
    });
  return { process: program, output: () => said, says, ended };
}

function launch(parameters: readonly string[], { dataDir, environment = {}, uid, input }: ProgramOptions): ChildProcess {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(APG_|DATABASE_URL|VITEST|NODE_)/.test(name)));
  const program = spawn(process.execPath, [join(root, "bin/apg.js"), ...parameters], {
    env: { ...own, APG_DATA_DIR: dataDir, ...environment },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  program.stdin?.end(input);
  return program;
}
