import { Type } from "typebox";
import type { HttpApplication } from "../../../http/application.ts";
import { Id, record } from "../../../http/contract.ts";
import { contextOf } from "../../../http/guard.ts";
import { answerOnce, idempotencyHeaders } from "../../../http/idempotency.ts";
import { Turnstile } from "../../../http/turnstile.ts";
import { takeUploads, uploadBody, withUploads } from "../../../http/uploads.ts";
import type { Pool } from "../../../postgres/connect.ts";
import type { UploadOptions } from "../../../statements/upload-routes.ts";
import { BankFile } from "../contract.ts";
import { deliverFile } from "../deliver.ts";

const DeliveredFiles = record("DeliveredBankFiles", { files: Type.Array(BankFile) });

/** The door through which a bank, or a program for it, brings files with the API key of its connection. */
export async function deliverRoutes(app: HttpApplication, pool: Pool, options: UploadOptions): Promise<void> {
  const limits = { bytes: options.limitBytes, files: 1000, folder: options.folder };
  const imports = new Turnstile(Math.max(1, Math.floor((pool.options.max ?? 10) / 3)));
  await takeUploads(app, limits);
  app.post(
    "/api/v1/bank-connections/:id/files",
    {
      config: { access: "statements:write" },
      bodyLimit: options.limitBytes,
      schema: {
        tags: ["banks"],
        summary: "Bring files of a bank to a connection of kind upload",
        description:
          "A multipart form of files, or one file as the whole body with its name in X-File-Name. The same file again changes nothing. " +
          "A file that cannot be read is kept, answered with its problem, and waits for a person.",
        params: Type.Object({ id: Id }),
        ...uploadBody,
        headers: idempotencyHeaders,
        response: { 200: DeliveredFiles },
      },
    },
    async (request) => {
      const { id } = request.params as { id: string };
      const answer = await withUploads(request, limits, (files) =>
        answerOnce(pool, request, files.map(({ name, sha256 }) => `${sha256} ${name}`).join("\n"), async () => {
          const taken: BankFile[] = [];
          for (const file of files) taken.push(await imports.pass(() => deliverFile(pool, contextOf(request), id, file)));
          return { status: 200, body: { files: taken } };
        }),
      );
      return answer.body as { files: BankFile[] };
    },
  );
}
