import { Type } from "typebox";
import type { HttpApplication } from "../http/application.ts";
import { cursorParts, pageOfRows, pageRequest } from "../http/cursor.ts";
import { contextOf } from "../http/guard.ts";
import type { Pool } from "../postgres/connect.ts";
import { tenantRead } from "../postgres/transaction.ts";
import { AuditPage, AuditProofBody, AuditQuery, SealState } from "./contract.ts";
import { proveEntry } from "./proof/proof.ts";
import { listTrail, sealState } from "./trail.ts";

const tags = ["audit"];

export function auditRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/audit",
    {
      config: { access: "audit:read" },
      schema: { tags, summary: "Who changed what, newest first", querystring: AuditQuery, response: { 200: AuditPage } },
    },
    async (request) => {
      const { limit: _limit, after: _after, ...filter } = request.query;
      const page = pageRequest("audit", request.query, [cursorParts.moment, cursorParts.integer]);
      const found = await tenantRead(pool, contextOf(request), (tx) => listTrail(tx, filter, page.request));
      return pageOfRows("audit", found, page.shown);
    },
  );

  app.get(
    "/api/v1/audit/seals",
    { config: { access: "audit:read" }, schema: { tags, summary: "The head of the chain of seals", response: { 200: SealState } } },
    async (request) => tenantRead(pool, contextOf(request), sealState),
  );

  app.get(
    "/api/v1/audit/:id/proof",
    {
      config: { access: "audit:read" },
      schema: {
        tags,
        summary: "That an entry was sealed: to be checked offline with the public key",
        params: Type.Object({ id: Type.String({ pattern: "^\\d{1,18}$" }) }),
        response: { 200: AuditProofBody },
      },
    },
    async (request) => {
      const context = contextOf(request);
      return tenantRead(pool, context, (tx) => proveEntry(tx, context.tenantId, BigInt(request.params.id))).then((proof) => ({
        ...proof,
        path: [...proof.path],
        keys: [...proof.keys],
        people: [...proof.people],
      }));
    },
  );
}
