import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SignedStatement } from "./key-statement.ts";

/** Kept beside the keys too: a database that is restored to before a rotation does not know of it. */
export function rememberStatement(dataDir: string, signed: SignedStatement): void {
  mkdirSync(join(dataDir, "secrets"), { recursive: true, mode: 0o700 });
  appendFileSync(statementPath(dataDir), `${JSON.stringify(signed)}\n`, { mode: 0o600 });
}

/** What is written there proves nothing by itself: each is read as what it is signed as. */
export function rememberedStatements(dataDir: string): SignedStatement[] {
  let text: string;
  try {
    text = readFileSync(statementPath(dataDir), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      try {
        const { statement, signature } = JSON.parse(line) as Partial<SignedStatement>;
        return typeof statement === "string" && typeof signature === "string" ? [{ statement, signature }] : [];
      } catch {
        // Killed while it was written: the rotation was not carried out then, or the database has it.
        return [];
      }
    });
}

function statementPath(dataDir: string): string {
  return join(dataDir, "secrets", "audit-key-statements.jsonl");
}
