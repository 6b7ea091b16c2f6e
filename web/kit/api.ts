import type { ProblemBody } from "../../src/http/contract.ts";

/** What the server answered instead of the thing asked for, or that it did not answer at all (status 0). */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  readonly title: string;

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.detail ?? body.title ?? "The server answered without saying why.");
    this.status = status;
    this.code = body.code ?? (status === 0 ? "unreachable" : "unknown");
    this.title = body.title ?? "The request failed";
    this.hint = body.hint;
    this.requestId = body.requestId;
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") parameters.set(name, String(value));
  const text = parameters.toString();
  return `/api/v1${path}${text === "" ? "" : `?${text}`}`;
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return call<T>(address(path, query), { ...(signal === undefined ? {} : { signal }) });
}

/** Every write carries a key of its own, so that a retry after a lost answer changes nothing twice. */
export async function send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
  return call<T>(address(path), {
    method,
    headers: { "idempotency-key": newKey(), ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export function newKey(): string {
  // randomUUID exists only on https and localhost; a page served in a plain company network has getRandomValues.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function problemOf(status: number, text: string): ApiProblem {
  try {
    return new ApiProblem(status, JSON.parse(text) as Partial<ProblemBody>);
  } catch {
    return new ApiProblem(status, { detail: `The server answered ${status} without an explanation.` });
  }
}

export const unreachable = () =>
  new ApiProblem(0, {
    title: "The server does not answer",
    detail: "The server does not answer.",
    hint: "Check that it runs (apg start) and that this machine is online; nothing you entered was changed.",
  });

async function call<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...init, headers: { accept: "application/json", ...init.headers } });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw unreachable();
  }
  const text = await response.text();
  if (!response.ok) throw problemOf(response.status, text);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}
