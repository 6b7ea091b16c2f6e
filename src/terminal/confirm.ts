import { createInterface } from "node:readline/promises";

/** What the person at the terminal types, when there is one; what was given by flag otherwise. */
export async function typedConfirmation(question: string, given: string | undefined): Promise<string | undefined> {
  if (given !== undefined || process.stdin.isTTY !== true) return given;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
