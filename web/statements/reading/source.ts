import type { Delivery, UploadAnswer, UploadedFile } from "../../../src/statements/contract.ts";
import type { StatementPreview } from "../../../src/statements/preview/contract.ts";
import type { NewProfile, ReadTerms, StatementProfile } from "../../../src/statements/profiles/contract.ts";
import { ApiProblem, address, get, newKey, problemOf, send, unreachable } from "../../kit/api.ts";

/** A file that is read by hand: one of this person's, or one that was received and refused. */
export interface Source {
  readonly key: string;
  readonly name: string;
  preview(terms: ReadTerms, signal: AbortSignal): Promise<StatementPreview>;
  import(terms: ReadTerms): Promise<UploadedFile>;
}

let files = 0;

export function fileSource(file: File): Source {
  files += 1;
  return {
    key: `file ${files}`,
    name: file.name,
    preview: (terms, signal) => post<StatementPreview>("/statements/preview", file, terms, signal),
    import: async (terms) => {
      const { files: answers } = await post<UploadAnswer>("/statements", file, terms);
      const [answer] = answers;
      if (answer === undefined) throw new ApiProblem(200, { detail: "The server's answer does not name the file." });
      return answer;
    },
  };
}

export async function deliverySource(id: string, signal: AbortSignal): Promise<Source> {
  const delivery = await get<Delivery>(`/deliveries/${id}`, {}, signal);
  return {
    key: id,
    name: delivery.file,
    preview: (terms) => send<StatementPreview>("POST", `/deliveries/${id}/preview`, terms),
    import: (terms) => send<UploadedFile>("POST", `/deliveries/${id}/import`, terms),
  };
}

export function saveProfile(profile: NewProfile): Promise<StatementProfile> {
  return send<StatementProfile>("POST", "/statement-profiles", profile);
}

async function post<T>(path: string, file: File, terms: ReadTerms, signal?: AbortSignal): Promise<T> {
  const form = new FormData();
  form.append("terms", JSON.stringify(terms));
  form.append("files", file, file.name);
  const init = {
    method: "POST",
    body: form,
    headers: { accept: "application/json", "idempotency-key": newKey() },
    ...(signal === undefined ? {} : { signal }),
  };
  let response: Response;
  try {
    response = await fetch(address(path), { credentials: "same-origin", ...init });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw unreachable();
  }
  const text = await response.text();
  if (!response.ok) throw problemOf(response.status, text);
  return JSON.parse(text) as T;
}
