import { CommanderError } from "commander";
import { problemOfDatabase } from "../errors/database.ts";
import { Problem } from "../errors/problem.ts";

/** What a person reads of an error, and the exit code: 1 the answer is no, 2 refused, 3 the surroundings, 4 a defect of ours. */
export function reportError(error: unknown, write: (text: string) => void = (text) => process.stderr.write(text)): number {
  // Commander has written its own message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const problem = error instanceof Problem ? error : problemOfDatabase(error);
  if (problem === null || problem.code === "internal") {
    write(`defect: ${error instanceof Error ? chain(error) : String(error)}\n`);
    return 4;
  }
  write(`${words[problem.exitCode] ?? "error"}: ${problem.message}\n`);
  if (problem.hint !== undefined) write(`hint: ${problem.hint}\n`);
  return problem.exitCode;
}

const words: Readonly<Record<number, string>> = { 1: "no", 2: "refused", 3: "error" };

function chain(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by: ${chain(error.cause)}` : own;
}
