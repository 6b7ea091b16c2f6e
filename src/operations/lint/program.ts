import type { ClientBase } from "pg";
import type { Check, Finding } from "./check.ts";

/** Questions that SQL cannot ask: of a file, or of a plan as the application's role would get it. They answer findings like any other. */
export interface Program {
  readonly checks: readonly Check[];
  ask(server: AskedServer): Promise<readonly Finding[]>;
}

export interface AskedServer {
  /** In the transaction of all checks, which can only read. */
  readonly admin: ClientBase;
  readonly major: number;
}

export type ProgramCheckText = Pick<Check, "id" | "name" | "level" | "title" | "why" | "proves">;

/** A check whose question is a program, told like those that are files of SQL. */
export function programCheck(file: string, category: Check["category"], text: ProgramCheckText): Check {
  return { ...text, file, category, versions: { from: 15, to: 18 }, sql: "" };
}
