import type { FastifyRequest } from "fastify";
import type { HttpApplication } from "../http/application.ts";
import { callerOf } from "../http/guard.ts";
import type { Pool } from "../postgres/connect.ts";
import type { TenantContext } from "../postgres/transaction.ts";
import {
  Hold,
  NewTenant,
  OpenedTenant,
  SuspendedTenant,
  Suspension,
  TenantOverview,
  TenantPage,
  TenantState,
  tenantParams,
} from "./contract.ts";
import { erasureRoutes } from "./erasure-routes.ts";
import { openTenant } from "./open-tenant.ts";
import { tenantOverview, tenantOverviews } from "./overview.ts";
import { holdTenant, releaseTenant, resumeTenant, suspendTenant } from "./status.ts";

const platform = { tags: ["tenants"], security: [{ platformKey: [] }] };
const manage = { access: "tenants:manage" };

/**
 * For those who run an installation for many tenants. A platform key (apg access platform-key) is of no tenant: no person and no key of
 * a tenant has these permissions, whatever their role, and a platform key has none of a tenant's.
 */
export function platformRoutes(app: HttpApplication, admin: Pool): void {
  app.get(
    "/api/v1/tenants",
    {
      config: { access: "tenants:read" },
      schema: { ...platform, summary: "All tenants and how much each has", response: { 200: TenantPage } },
    },
    async (request) => ({ items: await tenantOverviews(admin, whoOf(request)), next: null }),
  );

  app.post(
    "/api/v1/tenants",
    {
      config: manage,
      schema: {
        ...platform,
        summary: "Open a tenant, with its masters and its first administrator",
        description: "Again with an id or a name that is taken is a conflict and changes nothing.",
        body: NewTenant,
        response: { 201: OpenedTenant },
      },
    },
    async (request, reply) => {
      reply.code(201);
      return openTenant(admin, request.body, whoOf(request));
    },
  );

  app.get(
    "/api/v1/tenants/:tenant",
    {
      config: { access: "tenants:read" },
      schema: { ...platform, summary: "One tenant and how much it has", params: tenantParams, response: { 200: TenantOverview } },
    },
    async (request) => tenantOverview(admin, contextFor(request, request.params.tenant)),
  );

  app.post(
    "/api/v1/tenants/:tenant/suspend",
    {
      config: manage,
      schema: {
        ...platform,
        summary: "Close a tenant: nobody signs in, keys are refused, nothing is written; its data stays",
        params: tenantParams,
        body: Suspension,
        response: { 200: SuspendedTenant },
      },
    },
    async (request) => suspendTenant(admin, contextFor(request, request.params.tenant), request.body),
  );

  app.post(
    "/api/v1/tenants/:tenant/resume",
    {
      config: manage,
      schema: { ...platform, summary: "Open a suspended tenant again", params: tenantParams, response: { 200: TenantState } },
    },
    async (request) => resumeTenant(admin, contextFor(request, request.params.tenant)),
  );

  for (const [verb, summary, change] of [
    ["hold", "Put a tenant on legal hold: nothing of it is retired or erased", holdTenant],
    ["release", "End a legal hold", releaseTenant],
  ] as const)
    app.post(
      `/api/v1/tenants/:tenant/${verb}`,
      { config: manage, schema: { ...platform, summary, params: tenantParams, body: Hold, response: { 200: TenantState } } },
      async (request) => change(admin, contextFor(request, request.params.tenant), request.body.reason),
    );

  erasureRoutes(app, admin);
}

function whoOf(request: FastifyRequest): { readonly actor: string; readonly requestId: string } {
  return { actor: callerOf(request).actor, requestId: request.id };
}

function contextFor(request: FastifyRequest, tenantId: string): TenantContext {
  return { tenantId, ...whoOf(request) };
}
