import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { problemOfDatabase } from "../../errors/database.ts";
import { Problem } from "../../errors/problem.ts";
import type { HttpApplication } from "../../http/application.ts";
import { contextOf } from "../../http/guard.ts";
import { tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import type { AccessPools } from "../access-pools.ts";
import { ApprovalRequest } from "../approvals/contract.ts";
import { EditedProvider, IdentityProvider, IdentityProviderChange, OfferedProviders, ProviderTest } from "../contract.ts";
import { newToken } from "../secrets.ts";
import { enter, fewTries, type ProviderSignOut } from "../session-routes.ts";
import { startSession } from "../sessions.ts";
import { admit } from "./admit.ts";
import { attemptMinutes, rememberAttempt, takeAttempt } from "./attempts.ts";
import { getProvider, providerInUse, removeProvider, setProvider } from "./provider.ts";
import { findProviders } from "./queries.ts";
import { beginJourney, discover, endJourney, endSessionUrl, type RelyingPartyOptions } from "./relying-party.ts";

export interface OidcOptions extends RelyingPartyOptions {
  /** How browsers reach this server, such as https://cash.example.com; null: as the request says. */
  readonly publicAddress: string | null;
}

const tags = ["access"];
const journeyCookie = "apg_journey";
const path = "/sign-in/oidc";

export function oidcRoutes(app: HttpApplication, pools: AccessPools, options: OidcOptions): void {
  app.get(
    "/api/v1/session/providers",
    {
      config: { access: "public", ...fewTries },
      schema: {
        tags,
        summary: "Identity providers to offer: those shown to everybody, and those of the address's domain",
        querystring: Type.Object({ domain: Type.Optional(Type.String({ maxLength: 253 })) }),
        response: { 200: OfferedProviders },
      },
    },
    async (request) => ({ items: await findProviders(pools.gate, request.query.domain ?? "") }),
  );

  // Opened by a click, so a GET. What it changes is worth nothing to another browser: the journey is bound to this one's cookie.
  app.get(
    path,
    {
      config: { access: "public", ...fewTries },
      schema: {
        hide: true,
        querystring: Type.Object({ tenant: Type.String({ maxLength: 63 }), email: Type.Optional(Type.String({ maxLength: 320 })) }),
      },
    },
    async (request, reply) =>
      orToSignIn(reply, async () => {
        const { tenant, email } = request.query;
        const context = { tenantId: tenant, actor: "sign-in", requestId: request.id };
        const config = await discover(await tenantRead(pools.app, context, providerInUse), options);
        const { url, ...journey } = await beginJourney(config, `${addressOf(request, options)}${path}/callback`, email);
        const browser = newToken();
        await tenantTransaction(pools.app, context, (tx) => rememberAttempt(tx, journey, browser));
        // Lax: coming back from the provider is a navigation from another site.
        return reply
          .setCookie(journeyCookie, `${tenant}.${browser}`, {
            path,
            httpOnly: true,
            sameSite: "lax",
            secure: request.protocol === "https",
            maxAge: attemptMinutes * 60,
          })
          .redirect(url, 303);
      }),
  );

  app.get(`${path}/callback`, { config: { access: "public", ...fewTries }, schema: { hide: true } }, async (request, reply) =>
    orToSignIn(reply, async () => {
      const [tenant, browser] = (request.cookies[journeyCookie] ?? "").split(".");
      reply.clearCookie(journeyCookie, { path });
      const callback = new URL(request.url, addressOf(request, options));
      const state = callback.searchParams.get("state");
      if (tenant === undefined || browser === undefined || state === null || !/^[a-z0-9][a-z0-9_-]{0,49}$/.test(tenant))
        throw new Problem("provider_refused", "this browser did not begin this sign-in", { hint: "Begin again at the sign-in page." });
      const context = { tenantId: tenant, actor: "sign-in", requestId: request.id };
      const journey = await tenantTransaction(pools.app, context, (tx) => takeAttempt(tx, state, browser));
      if (journey === null)
        throw new Problem("provider_refused", "this sign-in was not begun here, was used before, or took too long", {
          hint: "Begin again at the sign-in page.",
        });
      const provider = await tenantRead(pools.app, context, providerInUse);
      const proven = await endJourney(await discover(provider, options), callback, journey);
      const personId = await tenantTransaction(pools.app, context, (tx) => admit(tx, provider, proven));
      const subject = { tenantId: tenant, personId, userAgent: request.headers["user-agent"] ?? null, requestId: request.id };
      await enter(pools, request, reply, await startSession(pools, { ...subject, method: "oidc" }));
      return reply.redirect("/", 303);
    }),
  );

  app.get(
    "/api/v1/identity-provider",
    { config: { access: "access:read" }, schema: { tags, summary: "The tenant's identity provider", response: { 200: EditedProvider } } },
    async (request) => ({ provider: await tenantRead(pools.app, contextOf(request), getProvider) }),
  );

  app.put(
    "/api/v1/identity-provider",
    {
      config: { access: "access:write" },
      schema: {
        tags,
        summary: "Set the tenant's identity provider (OpenID Connect)",
        body: IdentityProviderChange,
        response: { 200: IdentityProvider, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const set = await tenantTransaction(pools.app, contextOf(request), (tx) => setProvider(tx, request.body));
      return "done" in set ? reply.send(set.done) : reply.code(202).send(set.waiting);
    },
  );

  app.delete(
    "/api/v1/identity-provider",
    {
      config: { access: "access:write" },
      schema: { tags, summary: "Do without an identity provider", response: { 204: Type.Null(), 202: ApprovalRequest } },
    },
    async (request, reply) => {
      const removed = await tenantTransaction(pools.app, contextOf(request), removeProvider);
      return "done" in removed ? reply.code(204).send(null) : reply.code(202).send(removed.waiting);
    },
  );

  app.post(
    "/api/v1/identity-provider/test",
    {
      config: { access: "access:write", ...fewTries },
      schema: { tags, summary: "Ask the provider what it says of itself", response: { 200: ProviderTest } },
    },
    async (request) => testProvider(await tenantRead(pools.app, contextOf(request), providerInUse), options),
  );
}

/** Best effort: a provider that does not answer keeps nobody signed in here. */
export function providerSignOut(pools: AccessPools, options: OidcOptions): ProviderSignOut {
  return async (request, tenantId) => {
    try {
      const provider = await tenantRead(pools.app, { tenantId, actor: "sign-in", requestId: request.id }, providerInUse);
      return endSessionUrl(await discover(provider, options), provider.clientId, `${addressOf(request, options)}/sign-in`);
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  };
}

export async function testProvider(provider: Awaited<ReturnType<typeof providerInUse>>, options: RelyingPartyOptions) {
  const metadata = (await discover(provider, options)).serverMetadata();
  return {
    issuer: metadata.issuer,
    authorizationEndpoint: metadata.authorization_endpoint ?? "",
    endSession: metadata.end_session_endpoint !== undefined,
    signatures: [...(metadata.id_token_signing_alg_values_supported ?? ["RS256"])],
  };
}

export function addressOf(request: FastifyRequest, options: Pick<OidcOptions, "publicAddress">): string {
  return options.publicAddress?.replace(/\/$/, "") ?? `${request.protocol}://${request.host}`;
}

/** A browser that is on its way gets a page, not a problem document; which problem it was, the page says. */
async function orToSignIn(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    const problem = error instanceof Problem ? error : problemOfDatabase(error);
    if (problem === null) throw error;
    reply.log.warn({ code: problem.code }, problem.message);
    return reply.redirect(`/sign-in?problem=${problem.code}`, 303);
  }
}
