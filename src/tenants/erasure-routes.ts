import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { HttpApplication } from "../http/application.ts";
import { callerOf } from "../http/guard.ts";
import type { Pool } from "../postgres/connect.ts";
import type { TenantContext } from "../postgres/transaction.ts";
import { requireName } from "./confirm.ts";
import { Erasure, ErasureConfirmation, ErasureRequest, ErasureWaiting, tenantParams } from "./contract.ts";
import { cancelErasure, erasureOf, requestErasure } from "./erasure/request.ts";
import { eraseTenant } from "./erasure/run.ts";

const platform = { tags: ["tenants"], security: [{ platformKey: [] }], params: tenantParams };
const config = { access: "tenants:erase" };

/** The end of a tenant over HTTP: asked for, carried out in the background, followed and certified. Platform keys only. */
export function erasureRoutes(app: HttpApplication, admin: Pool): void {
  const url = "/api/v1/tenants/:tenant/erasure";

  app.post(
    url,
    {
      config,
      schema: {
        ...platform,
        summary: "Ask for a tenant's erasure: closes it, and can be taken back until it is carried out",
        body: ErasureRequest,
        response: { 200: Erasure, 202: ErasureWaiting },
      },
    },
    async (request, reply) => {
      const requested = await requestErasure(admin, contextFor(request, request.params.tenant), request.body);
      if ("erasure" in requested) return requested.erasure;
      reply.code(202);
      return { approval: requested.waiting.id, message: "People of the tenant must approve this first. Ask again then." };
    },
  );

  app.get(
    url,
    {
      config: { access: "tenants:read" },
      schema: { ...platform, summary: "How far a tenant's erasure is; its certificate, also long after", response: { 200: Erasure } },
    },
    async (request) => erasureOf(admin, contextFor(request, request.params.tenant)),
  );

  app.delete(
    url,
    { config, schema: { ...platform, summary: "Take the request for an erasure back", response: { 204: Type.Null() } } },
    async (request, reply) => {
      await cancelErasure(admin, contextFor(request, request.params.tenant));
      return reply.code(204).send(null);
    },
  );

  app.post(
    `${url}/run`,
    {
      config,
      schema: {
        ...platform,
        summary: "Carry the erasure out, in the background; it cannot be taken back",
        description: "Follow it with GET. Interrupted, it goes on when it is asked for again.",
        body: ErasureConfirmation,
        response: { 202: Erasure },
      },
    },
    async (request, reply) => {
      const context = contextFor(request, request.params.tenant);
      const erasure = await erasureOf(admin, context);
      const { confirm } = request.body;
      requireName({ id: erasure.tenantId, name: erasure.tenantName }, confirm);
      if (erasure.state !== "done")
        eraseTenant(admin, context, { confirm }).catch((error: unknown) => request.log.error({ err: error }, "erasure interrupted"));
      reply.code(202);
      return erasure;
    },
  );
}

function contextFor(request: FastifyRequest, tenantId: string): TenantContext {
  return { tenantId, actor: callerOf(request).actor, requestId: request.id };
}
