import { Readable } from "node:stream";
import { Type } from "typebox";
import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "../http/application.ts";
import { Id, pageQuery } from "../http/contract.ts";
import { cursorParts, pageOfRows, pageRequest } from "../http/cursor.ts";
import { contextOf } from "../http/guard.ts";
import type { Pool } from "../postgres/connect.ts";
import { type TenantContext, tenantRead } from "../postgres/transaction.ts";
import { dayRange } from "../time/day-range.ts";
import { Delivery, DeliveryPage, EntryPage, StatementDetail, StatementPage, StatementsQuery } from "./contract.ts";
import { deliveryById, deliveryPieces, listDeliveries } from "./deliveries.ts";
import { entriesOfStatement } from "./entries.ts";
import { profileRoutes } from "./profiles/routes.ts";
import { getStatement, listStatements } from "./statements.ts";
import { suspectRoutes } from "./suspects/routes.ts";
import { type UploadOptions, uploadRoutes } from "./upload-routes.ts";

const tags = ["statements"];
const config = { access: "statements:read" };
const byId = Type.Object({ id: Id });
const anyPage = Type.Object(pageQuery, { additionalProperties: false });
const byMoment = [cursorParts.moment, cursorParts.uuid];

export async function statementRoutes(app: HttpApplication, pool: Pool, options: { readonly upload: UploadOptions }): Promise<void> {
  await app.register(async (scope) => uploadRoutes(scope as HttpApplication, pool, options.upload));
  profileRoutes(app, pool);
  suspectRoutes(app, pool);

  app.get(
    "/api/v1/statements",
    { config, schema: { tags, summary: "Statements, newest first", querystring: StatementsQuery, response: { 200: StatementPage } } },
    async (request) => {
      const { accountId, status, from, to } = request.query;
      const page = pageRequest("statements", request.query, byMoment);
      const filter = { accountId, status, ...dayRange(from, to) };
      const found = await tenantRead(pool, contextOf(request), (tx) => listStatements(tx, filter, page.request));
      return pageOfRows("statements", found, page.shown);
    },
  );

  app.get(
    "/api/v1/statements/:id",
    {
      config,
      schema: {
        tags,
        summary: "A statement with its balances, problems, file and seals",
        params: byId,
        response: { 200: StatementDetail },
      },
    },
    async (request) => tenantRead(pool, contextOf(request), (tx) => getStatement(tx, request.params.id)),
  );

  app.get(
    "/api/v1/statements/:id/entries",
    { config, schema: { tags, summary: "Entries of a statement", params: byId, querystring: anyPage, response: { 200: EntryPage } } },
    async (request) => {
      const page = pageRequest("entries", request.query, [cursorParts.day, cursorParts.uuid]);
      const found = await tenantRead(pool, contextOf(request), async (tx) => {
        await getStatement(tx, request.params.id);
        return entriesOfStatement(tx, request.params.id, page.request);
      });
      return pageOfRows("entries", found, page.shown);
    },
  );

  app.get(
    "/api/v1/deliveries",
    { config, schema: { tags, summary: "Received files, newest first", querystring: anyPage, response: { 200: DeliveryPage } } },
    async (request) => {
      const page = pageRequest("deliveries", request.query, byMoment);
      const found = await tenantRead(pool, contextOf(request), (tx) => listDeliveries(tx, page.request));
      return pageOfRows("deliveries", found, page.shown);
    },
  );

  app.get(
    "/api/v1/deliveries/:id",
    { config, schema: { tags, summary: "A received file: what it was and what became of it", params: byId, response: { 200: Delivery } } },
    async (request) => findDelivery(pool, contextOf(request), request.params.id),
  );

  app.get(
    "/api/v1/deliveries/:id/file",
    {
      config,
      schema: {
        tags,
        summary: "The bytes of a file as they were received",
        params: byId,
        response: {
          200: {
            description: "The file",
            content: { "application/octet-stream": { schema: Type.Unsafe<Readable>({ type: "string", format: "binary" }) } },
          },
        },
      },
    },
    async (request, reply) => {
      const context = contextOf(request);
      const delivery = await findDelivery(pool, context, request.params.id);
      return reply
        .header("content-type", "application/octet-stream")
        .header("content-length", String(delivery.bytes))
        .header("content-disposition", `attachment; filename="statement"; filename*=UTF-8''${encodeURIComponent(delivery.file)}`)
        .header("etag", `"${delivery.sha256}"`)
        .send(Readable.from(deliveryPieces(pool, context, delivery.id), { objectMode: false }));
    },
  );
}

async function findDelivery(pool: Pool, context: TenantContext, id: string): Promise<Delivery> {
  const delivery = await tenantRead(pool, context, (tx) => deliveryById(tx, id));
  if (delivery === null) throw new Problem("not_found", `there is no delivery ${id}`, { hint: "List them: GET /api/v1/deliveries" });
  return delivery;
}
