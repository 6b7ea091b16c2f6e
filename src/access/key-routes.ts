import { Type } from "typebox";
import type { HttpApplication } from "../http/application.ts";
import { Id } from "../http/contract.ts";
import { callerOf, contextOf } from "../http/guard.ts";
import type { Pool } from "../postgres/connect.ts";
import { tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { listApiKeys, requestApiKey, revokeApiKey } from "./api-keys.ts";
import { ApprovalRequest } from "./approvals/contract.ts";
import { ApiKey, ApiKeyPage, CreatedApiKey, NewApiKey } from "./contract.ts";

const tags = ["access"];

/** No Idempotency-Key here: a stored answer would keep the key itself. */
export function keyRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/api-keys",
    { config: { access: "access:read" }, schema: { tags, summary: "API keys of the tenant, newest first", response: { 200: ApiKeyPage } } },
    async (request) => ({ items: await tenantRead(pool, contextOf(request), listApiKeys), next: null }),
  );

  app.post(
    "/api/v1/api-keys",
    {
      config: { access: "access:write" },
      schema: {
        tags,
        summary: "Make an API key; the answer shows it this once",
        body: NewApiKey,
        response: { 201: CreatedApiKey, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wanted = { ...request.body, createdBy: caller.kind === "person" ? caller.id : undefined };
      const made = await tenantTransaction(pool, contextOf(request), (tx) => requestApiKey(tx, wanted));
      return "done" in made ? reply.code(201).send(made.done) : reply.code(202).send(made.waiting);
    },
  );

  app.delete(
    "/api/v1/api-keys/:id",
    {
      config: { access: "access:write" },
      schema: { tags, summary: "Revoke an API key", params: Type.Object({ id: Id }), response: { 200: ApiKey } },
    },
    async (request) => tenantTransaction(pool, contextOf(request), (tx) => revokeApiKey(tx, request.params.id)),
  );
}
