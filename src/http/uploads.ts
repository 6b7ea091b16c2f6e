import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import multipart from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "./application.ts";

/** A file that came with a request, on disk until the request is answered: it is read more than once, and never into memory. */
export interface UploadedContent {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  open(): Readable;
}

/** The fields of a form that are no files, by name. */
export type UploadFields = ReadonlyMap<string, string>;

export interface UploadLimits {
  /** Of one request, all files together. */
  readonly bytes: number;
  readonly files: number;
  readonly folder: string;
}

/** For the schema of a route: what openapi.ts shows as its body. The body itself is a stream, which no schema can check. */
export const uploadBody = {
  documentedBody: {
    required: true,
    content: {
      "multipart/form-data": {
        schema: {
          type: "object",
          properties: { files: { type: "array", items: { type: "string", contentMediaType: "application/octet-stream" } } },
        },
      },
      "application/octet-stream": { schema: { type: "string", contentMediaType: "application/octet-stream" } },
    },
  },
};

/** Lets the routes of this scope take any content as a stream: multipart forms of files, or one file as the whole body. */
export async function takeUploads(scope: HttpApplication, limits: UploadLimits): Promise<void> {
  scope.removeAllContentTypeParsers();
  await scope.register(multipart, { limits: { fileSize: limits.bytes, files: limits.files, fields: 20, parts: limits.files + 20 } });
  scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
}

/**
 * Receives the files of a request, hands them to `use`, and removes them whatever happens.
 * @throws Problem `payload_too_large`, `invalid_input` without a file, `unsupported_media_type` for a compressed body
 */
export async function withUploads<T>(
  request: FastifyRequest,
  limits: UploadLimits,
  use: (files: readonly UploadedContent[], fields: UploadFields) => Promise<T>,
): Promise<T> {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    throw new Problem("unsupported_media_type", `the content encoding ${encoding} is not read`, { hint: "Send the file as it is." });
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limits.bytes + 1024 * 1024) throw tooLarge(limits);
  await mkdir(limits.folder, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(limits.folder, uploadPrefix));
  try {
    const fields = new Map<string, string>();
    const files = request.isMultipart()
      ? await receiveParts(request, folder, limits, fields)
      : [await receiveBody(request, folder, limits)];
    if (files.length === 0)
      throw new Problem("invalid_input", "the form has no file", { hint: "Send one or more parts with a file name." });
    return await use(files, fields);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const uploadPrefix = "apg-upload-";

/** Removes what a killed server left behind: statements must not lie about. Younger ones may belong to a server that runs. */
export async function clearUploads(folder: string, olderThanMs = 24 * 3600_000): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(uploadPrefix))) {
    const path = join(folder, name);
    const status = await stat(path).catch(() => null);
    if (status !== null && Date.now() - status.mtimeMs > olderThanMs) await rm(path, { recursive: true, force: true });
  }
}

async function receiveParts(
  request: FastifyRequest,
  folder: string,
  limits: UploadLimits,
  fields: Map<string, string>,
): Promise<UploadedContent[]> {
  const files: UploadedContent[] = [];
  let left = limits.bytes;
  for await (const part of request.parts()) {
    if (part.type === "field") {
      fields.set(part.fieldname, String(part.value));
      continue;
    }
    const file = await receive(part.file, part.filename, folder, left, limits);
    left -= file.bytes;
    files.push(file);
  }
  return files;
}

async function receiveBody(request: FastifyRequest, folder: string, limits: UploadLimits): Promise<UploadedContent> {
  if (request.body === undefined || request.body === null)
    throw new Problem("invalid_input", "the request has no body", { hint: "Send the file as the body, or a multipart form of files." });
  const header = request.headers["x-file-name"];
  return receive(request.body as Readable, typeof header === "string" ? decoded(header) : "upload", folder, limits.bytes, limits);
}

async function receive(stream: Readable, name: string, folder: string, left: number, limits: UploadLimits): Promise<UploadedContent> {
  const path = join(folder, randomUUID());
  const hash = createHash("sha256");
  let bytes = 0;
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(bytes > left ? tooLarge(limits) : null, chunk);
    },
  });
  await pipeline(stream, watch, createWriteStream(path, { mode: 0o600 }));
  return { name: plainName(name), sha256: hash.digest("hex"), bytes, open: () => createReadStream(path, { highWaterMark: 256 * 1024 }) };
}

/** A name to show, not a path to follow: what stands behind the last slash, without what a terminal would obey. */
function plainName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  return last.replace(/\p{C}/gu, "").trim().slice(0, 200) || "upload";
}

function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}

function tooLarge(limits: UploadLimits): Problem {
  return new Problem("payload_too_large", `the upload has more than ${limits.bytes} bytes`, {
    detail: { limitBytes: limits.bytes },
    hint: "Send fewer files at once, import it with apg statement import, or raise --upload-limit=SIZE (APG_UPLOAD_LIMIT).",
  });
}
