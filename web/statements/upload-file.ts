import type { UploadAnswer, UploadedFile } from "../../src/statements/contract.ts";
import { ApiProblem, address, newKey, problemOf, unreachable } from "../kit/api.ts";

/**
 * Sends one file and says how far it has got (0 to 1). One request a file: a refused one does not keep the others out, and
 * fetch cannot report progress of a body, so this is an XMLHttpRequest.
 */
export function uploadFile(file: File, onProgress: (progress: number) => void): Promise<UploadedFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", address("/statements"));
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("idempotency-key", newKey());
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total);
    request.upload.onload = () => onProgress(1);
    request.onerror = () => reject(unreachable());
    request.onload = () => {
      const answered = resultIn(request.responseText);
      if (answered !== null) resolve(answered);
      else if (request.status >= 400) reject(problemOf(request.status, request.responseText));
      else reject(new ApiProblem(request.status, { detail: "The server's answer does not name the file." }));
    };
    request.send(form);
  });
}

/** A refused file is an answer too (with its lines and what was expected), whatever the status is. */
function resultIn(text: string): UploadedFile | null {
  try {
    const answer = JSON.parse(text) as Partial<UploadAnswer>;
    return answer.files?.[0] ?? null;
  } catch {
    return null;
  }
}
