import { problemOfDatabase } from "../../errors/database.ts";
import { Problem } from "../../errors/problem.ts";
import type { FileProblem } from "./contract.ts";
import { LeaseLost } from "./jobs.ts";

/** What is kept and shown of an error: of a defect, that it is one, since its words may say more than they should. */
export function problemOf(error: unknown): FileProblem {
  if (error instanceof Problem) return { code: error.code, message: error.message, hint: error.hint ?? null };
  return { code: "internal", message: "a defect of this program; its log says more", hint: "It is tried again by itself." };
}

/** What concerns a bank or this program as a whole, and not one file. */
export const ofTheWay: ReadonlySet<string> = new Set([
  "bank_unreachable",
  "bank_refused",
  "host_key_changed",
  "host_key_unconfirmed",
  "bank_folder_unusable",
  "database_unreachable",
  "database_busy",
  "tenant_closed",
  "key_missing",
  "key_mismatch",
]);

/** Whether the whole sync is to be tried again, instead of one file. */
export function concernsAll(error: unknown): boolean {
  if (error instanceof LeaseLost) return true;
  const problem = error instanceof Problem ? error : problemOfDatabase(error);
  return problem !== null && ofTheWay.has(problem.code);
}
