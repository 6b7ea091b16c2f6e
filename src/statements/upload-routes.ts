import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "../http/application.ts";
import { contextOf } from "../http/guard.ts";
import { answerOnce, idempotencyHeaders } from "../http/idempotency.ts";
import { Turnstile } from "../http/turnstile.ts";
import { takeUploads, type UploadedContent, type UploadFields, uploadBody, withUploads } from "../http/uploads.ts";
import { parsedField } from "../http/validation.ts";
import type { Pool } from "../postgres/connect.ts";
import { type TenantContext, tenantRead } from "../postgres/transaction.ts";
import { UploadAnswer, type UploadedFile } from "./contract.ts";
import { importFile } from "./import.ts";
import { canBeAssigned } from "./posting/assignable.ts";
import { StatementPreview } from "./preview/contract.ts";
import { previewStatements } from "./preview/preview.ts";
import { ReadTerms } from "./profiles/contract.ts";
import { saidOf } from "./profiles/terms.ts";

export interface UploadOptions {
  /** Of one request. */
  readonly limitBytes: number;
  /** Where files lie until they are imported. */
  readonly folder: string;
}

export async function uploadRoutes(app: HttpApplication, pool: Pool, options: UploadOptions): Promise<void> {
  const limits = { bytes: options.limitBytes, files: 1000, folder: options.folder };
  // An import holds a connection while it runs: so many at once leave the others of the pool to those who look.
  const imports = new Turnstile(Math.max(1, Math.floor((pool.options.max ?? 10) / 3)));
  await takeUploads(app, limits);
  app.post(
    "/api/v1/statements/preview",
    {
      config: { access: "statements:read" },
      bodyLimit: options.limitBytes,
      schema: {
        tags: ["statements"],
        summary: "Read a statement file without importing it",
        description:
          "What a file says, how it is read and what decided that, the first rows of a table beside the entries made of them, and what must be said before it can be imported. " +
          "A field `terms` of the form (JSON, ReadTerms) corrects it. Nothing is stored.",
        ...uploadBody,
        response: { 200: StatementPreview },
      },
    },
    async (request) =>
      withUploads(request, { ...limits, files: 1 }, async ([file], fields) => {
        const said = await tenantRead(pool, contextOf(request), (tx) => saidOf(tx, termsIn(fields)));
        return imports.pass(() => previewStatements((file as UploadedContent).open(), said));
      }),
  );

  app.post(
    "/api/v1/statements",
    {
      config: { access: "statements:write" },
      bodyLimit: options.limitBytes,
      schema: {
        tags: ["statements"],
        summary: "Upload statement files",
        description:
          "A multipart form of files, or one file as the whole body with its name in X-File-Name (percent-encoded). Each file is imported whole or not at all; " +
          "a known file changes nothing. A field `terms` of the form (JSON, ReadTerms) says account, currency or profile of files that do not. A form is answered with what happened to each of its files; a single file that cannot be read is refused with 422.",
        ...uploadBody,
        headers: idempotencyHeaders,
        response: { 200: UploadAnswer, 201: UploadAnswer },
      },
    },
    async (request, reply) => {
      const whole = !request.isMultipart();
      const answer = await withUploads(request, limits, (files, fields) => {
        const terms = termsIn(fields);
        const content = [...files.map(({ name, sha256 }) => `${sha256} ${name}`), JSON.stringify(terms)].join("\n");
        return answerOnce(pool, request, content, async () => {
          const body = { files: await importEach(imports, pool, contextOf(request), files, terms) };
          return { status: statusOf(body.files, whole), body };
        });
      });
      const body = answer.body as UploadAnswer;
      if (answer.status === 422) throw refused(body.files[0] as UploadedFile);
      return reply.code(answer.status as 200 | 201).send(body);
    },
  );
}

async function importEach(
  imports: Turnstile,
  pool: Pool,
  context: TenantContext,
  files: readonly UploadedContent[],
  terms: ReadTerms,
): Promise<UploadedFile[]> {
  const imported: UploadedFile[] = [];
  for (const file of files) imported.push(await imports.pass(() => importFile(pool, context, file, { terms })));
  return imported;
}

function statusOf(files: readonly UploadedFile[], whole: boolean): number {
  if (whole && files[0]?.outcome === "refused") return 422;
  return files.some((file) => file.outcome === "imported") ? 201 : 200;
}

/** What a form says of its files, in the field `terms`. */
function termsIn(fields: UploadFields): ReadTerms {
  const text = fields.get("terms");
  return text === undefined ? {} : parsedField(ReadTerms, "terms", text);
}

export function refused(file: UploadedFile): Problem {
  const why = file.problems.find((problem) => problem.severity === "refusal");
  const place = why?.line === null || why?.line === undefined ? "" : `, line ${why.line}`;
  return new Problem("statement_refused", `${file.file}${place}: ${why?.message ?? "cannot be read"}`, {
    detail: { file },
    hint: `The file is kept as it came; nothing of it was posted.${canBeAssigned(file) ? ` Say what is missing: POST /api/v1/deliveries/${file.deliveryId}/import` : ""}`,
  });
}
