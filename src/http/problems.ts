import type { FastifyReply, FastifyRequest } from "fastify";
import { problemOfDatabase } from "../errors/database.ts";
import { Problem } from "../errors/problem.ts";
import type { ErrorCode } from "../errors/vocabulary.ts";
import type { HttpApplication } from "./application.ts";
import type { ProblemBody } from "./contract.ts";

/** Every answer that is not a success is RFC 9457 problem details, made here and nowhere else. */
export function registerProblems(app: HttpApplication): void {
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const problem = problemOf(error);
  if (problem.status >= 500) request.log.error({ err: error }, problem.message);
  if (problem.code === "too_many_requests") reply.header("retry-after", String(problem.detail["retryAfterSeconds"] ?? 60));
  if (problem.code === "idempotency_key_in_use") reply.header("retry-after", "1");
  if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="apg"');
  const body: ProblemBody = {
    type: `/docs/errors#${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    requestId: request.id,
    ...factsOf(problem, error),
  };
  return reply.code(problem.status).header("content-type", "application/problem+json").send(body);
}

/** Of an error that is a defect nothing is told but that it is one: the log has the rest, under the request's id. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const known = problemOfRequest(error) ?? problemOfDatabase(error);
  return (
    known ?? new Problem("internal", "the request failed by a defect of this program", { cause: error, hint: "Report the request id." })
  );
}

const requestErrors: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_VALIDATION: "invalid_input",
  FST_ERR_CTP_BODY_TOO_LARGE: "payload_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_REQ_FILE_TOO_LARGE: "payload_too_large",
  FST_FILES_LIMIT: "payload_too_large",
  FST_PARTS_LIMIT: "payload_too_large",
  FST_FIELDS_LIMIT: "payload_too_large",
  FST_INVALID_MULTIPART_CONTENT_TYPE: "unsupported_media_type",
};

function problemOfRequest(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const named = typeof code === "string" ? requestErrors[code] : undefined;
  if (named !== undefined) return new Problem(named, error.message, { cause: error });
  if (statusCode === 404) return new Problem("not_found", error.message, { cause: error });
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500)
    return new Problem("invalid_input", error.message, { cause: error });
  return null;
}

interface ValidationPart {
  readonly instancePath: string;
  readonly message?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

function factsOf(problem: Problem, error: unknown): Pick<ProblemBody, "facts" | "errors"> {
  const { validation, validationContext } = (error ?? {}) as { validation?: readonly ValidationPart[]; validationContext?: string };
  if (validation !== undefined)
    return { errors: validation.map((part) => ({ in: validationContext ?? "body", path: pathOf(part), message: messageOf(part) })) };
  if (Object.keys(problem.detail).length === 0) return {};
  return { facts: JSON.parse(JSON.stringify(problem.detail, (_key, value) => (typeof value === "bigint" ? value.toString() : value))) };
}

function pathOf(part: ValidationPart): string {
  const missing = part.params?.["missingProperty"] ?? part.params?.["additionalProperty"];
  return part.instancePath + (typeof missing === "string" ? `/${missing}` : "");
}

function messageOf(part: ValidationPart): string {
  const allowed = part.params?.["allowedValues"];
  return `${part.message ?? "does not fit"}${Array.isArray(allowed) ? `: ${allowed.join(", ")}` : ""}`;
}
