import type { Writable } from "node:stream";
import type { FastifyServerOptions } from "fastify";

/** Where the request log goes, and from which level; "silent" for none. */
export interface LogTarget {
  readonly level: "silent" | "error" | "warn" | "info" | "debug";
  /** Standard error when absent: standard output belongs to the program's answers. */
  readonly stream?: Writable;
}

/** Options of Fastify's logger (pino). */
export function logOptions(target: LogTarget): NonNullable<FastifyServerOptions["logger"]> {
  return {
    level: target.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    // What a library logs by itself must not bring headers, bodies or addresses with tokens.
    serializers: { req: () => undefined as never, res: () => undefined as never, err: errorFacts },
    stream: target.stream ?? process.stderr,
  };
}

/** Of an error of PostgreSQL not `detail` nor `where`: they repeat the values of the row. */
function errorFacts(error: Error): { type: string; message: string; stack: string; [fact: string]: unknown } {
  const { code, constraint, table } = error as { code?: unknown; constraint?: unknown; table?: unknown };
  const cause = error.cause instanceof Error ? { cause: errorFacts(error.cause) } : {};
  return { type: error.name, message: error.message, stack: error.stack ?? "", code, constraint, table, ...cause };
}
