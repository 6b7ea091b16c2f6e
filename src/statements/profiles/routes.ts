import { Type } from "typebox";
import type { HttpApplication } from "../../http/application.ts";
import { Id } from "../../http/contract.ts";
import { contextOf } from "../../http/guard.ts";
import { answerOnce, idempotencyHeaders } from "../../http/idempotency.ts";
import type { Pool } from "../../postgres/connect.ts";
import { tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { UploadedFile } from "../contract.ts";
import { deliverySource } from "../deliveries.ts";
import { importFile } from "../import.ts";
import { StatementPreview } from "../preview/contract.ts";
import { previewStatements } from "../preview/preview.ts";
import { refused } from "../upload-routes.ts";
import { NewProfile, ReadTerms, StatementProfile, StatementProfileList } from "./contract.ts";
import { changeProfile, listProfiles, removeProfile, saveProfile } from "./profiles.ts";
import { saidOf } from "./terms.ts";

const tags = ["statements"];
const byId = Type.Object({ id: Id });
const read = { access: "statements:read" };
const write = { access: "statements:write" };

/** Saved profiles, and received files that are read (again) with what is said of them. */
export function profileRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/statement-profiles",
    { config: read, schema: { tags, summary: "How the files of banks are read, by name", response: { 200: StatementProfileList } } },
    async (request) => ({ items: await tenantRead(pool, contextOf(request), listProfiles) }),
  );

  app.post(
    "/api/v1/statement-profiles",
    {
      config: write,
      schema: {
        tags,
        summary: "Save how the files of a bank are read",
        description: "Files whose header has exactly these columns are read so from now on, without being asked again.",
        body: NewProfile,
        headers: idempotencyHeaders,
        response: { 201: StatementProfile },
      },
    },
    async (request, reply) => {
      const answer = await answerOnce(pool, request, JSON.stringify(request.body), async () => ({
        status: 201,
        body: await tenantTransaction(pool, contextOf(request), (tx) => saveProfile(tx, request.body)),
      }));
      return reply.code(201).send(answer.body as StatementProfile);
    },
  );

  app.put(
    "/api/v1/statement-profiles/:id",
    { config: write, schema: { tags, summary: "Change a profile", params: byId, body: NewProfile, response: { 200: StatementProfile } } },
    async (request) => tenantTransaction(pool, contextOf(request), (tx) => changeProfile(tx, request.params.id, request.body)),
  );

  app.delete(
    "/api/v1/statement-profiles/:id",
    {
      config: write,
      schema: { tags, summary: "Remove a profile; what was read with it stays", params: byId, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await tenantTransaction(pool, contextOf(request), (tx) => removeProfile(tx, request.params.id));
      return reply.code(204).send(null);
    },
  );

  app.post(
    "/api/v1/deliveries/:id/preview",
    {
      config: read,
      schema: {
        tags,
        summary: "Read a received file again, as it would be imported with these terms",
        description: "Nothing is stored.",
        params: byId,
        body: ReadTerms,
        response: { 200: StatementPreview },
      },
    },
    async (request) => {
      const context = contextOf(request);
      const source = await deliverySource(pool, context, request.params.id);
      const said = await tenantRead(pool, context, (tx) => saidOf(tx, request.body));
      return previewStatements(source.open(), said);
    },
  );

  app.post(
    "/api/v1/deliveries/:id/import",
    {
      config: write,
      schema: {
        tags,
        summary: "Import a file that was refused, with what it did not say",
        description: "A file that is imported already changes nothing.",
        params: byId,
        body: ReadTerms,
        headers: idempotencyHeaders,
        response: { 200: UploadedFile },
      },
    },
    async (request) => {
      const context = contextOf(request);
      const source = await deliverySource(pool, context, request.params.id);
      const answer = await answerOnce(pool, request, JSON.stringify(request.body), async () => {
        const file = await importFile(pool, context, source, { terms: request.body });
        return { status: file.outcome === "refused" ? 422 : 200, body: file };
      });
      const file = answer.body as UploadedFile;
      if (answer.status === 422) throw refused(file);
      return file;
    },
  );
}
