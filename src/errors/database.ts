import { constraintRefusals } from "./constraints.ts";
import { Problem } from "./problem.ts";

interface DatabaseError extends Error {
  readonly code: string;
  readonly constraint?: string;
}

const unreachable = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "EPIPE", "57P01", "57P02", "57P03", "53300"]);
const busy = new Set(["57014", "55P03", "25P03", "25P04"]);
const lostRace = new Set(["40001", "40P01"]);

/** What an error of the driver or the server means to a person; null when it is a defect of ours. The original stays as `cause`. */
export function problemOfDatabase(error: unknown): Problem | null {
  if (!isDatabaseError(error)) return isLostConnection(error) ? unreachableProblem(error) : null;
  if (unreachable.has(error.code) || error.code.startsWith("08")) return unreachableProblem(error);
  if (busy.has(error.code))
    return new Problem("database_busy", "the database took longer than allowed", {
      cause: error,
      hint: "Try again, or ask for less at once.",
    });
  if (lostRace.has(error.code))
    return new Problem("conflict", "another request changed the same rows", { cause: error, hint: "Try again." });
  // keep_closed_tenant_unchanged() made the transaction read-only (0022_tenants_life.sql).
  if (error.code === "25006")
    return new Problem("tenant_closed", "the tenant is suspended: its data is kept as it is", {
      cause: error,
      hint: "Ask who runs this installation: apg tenant resume opens it again.",
    });
  // Text of the request that no text of the database can hold: a zero byte.
  if (error.code === "22021") return new Problem("invalid_input", "a text contains a zero byte", { cause: error });
  const refusal = error.constraint === undefined ? undefined : constraintRefusals[error.constraint];
  if (refusal === undefined) return null;
  return new Problem(refusal.code, refusal.fact, { cause: error, ...(refusal.hint === undefined ? {} : { hint: refusal.hint }) });
}

function unreachableProblem(cause: unknown): Problem {
  return new Problem("database_unreachable", "the database does not answer", { cause, hint: "Try again in a moment." });
}

function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "string";
}

/** node-postgres reports a connection that broke, or a pool that is full, without a code. */
function isLostConnection(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(error.message)
  );
}
