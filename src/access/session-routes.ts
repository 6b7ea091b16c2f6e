import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { problemOfDatabase } from "../errors/database.ts";
import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "../http/application.ts";
import { sessionCookie } from "../http/caller.ts";
import { callerOf } from "../http/guard.ts";
import type { AccessPools } from "./access-pools.ts";
import { identityOfKey } from "./authenticate.ts";
import { Session, SignedOut, SignIn, SignInAnswer, SignInByLink, SwitchTenant } from "./contract.ts";
import type { Identity } from "./identity.ts";
import { endSession, identityOfSession, type StartedSession } from "./sessions.ts";
import { signIn } from "./sign-in.ts";
import { signInByLink } from "./sign-in-links.ts";

const tags = ["access"];
// Guessing is slowed per person by the database and per address here.
export const fewTries = { rateLimit: { max: 20, timeWindow: 60_000 } };

/** Where a browser that signed in at a tenant's provider signs out of it; null where it cannot. */
export type ProviderSignOut = (request: FastifyRequest, tenantId: string) => Promise<string | null>;

export function sessionRoutes(app: HttpApplication, pools: AccessPools, providerSignOut: ProviderSignOut | null = null): void {
  app.post(
    "/api/v1/session",
    {
      config: { access: "public", ...fewTries },
      schema: { tags, summary: "Sign in by password", body: SignIn, response: { 200: SignInAnswer } },
    },
    async (request, reply) => {
      const signedIn = await signIn(pools, { ...request.body, ...originOf(request) });
      if ("choose" in signedIn) return { session: null, tenants: [...signedIn.choose] };
      return { session: await enter(pools, request, reply, signedIn.session), tenants: [] };
    },
  );

  app.post(
    "/api/v1/session/link",
    {
      config: { access: "public", ...fewTries },
      schema: { tags, summary: "Sign in by a one-time link", body: SignInByLink, response: { 200: SignInAnswer } },
    },
    async (request, reply) => {
      const started = await signInByLink(pools, request.body, originOf(request));
      return { session: await enter(pools, request, reply, started), tenants: [] };
    },
  );

  // What `apg start` prints is opened by a click, so it is a GET. It must not be used up by a browser that looks ahead.
  app.get(
    "/sign-in",
    {
      config: { access: "public", ...fewTries },
      schema: { hide: true, querystring: Type.Object({ token: Type.Optional(Type.String()) }) },
    },
    async (request, reply) => {
      const { token } = request.query;
      if (token === undefined) return reply.callNotFound();
      const ahead = request.headers["sec-purpose"] ?? request.headers["purpose"];
      if (ahead !== undefined) return reply.code(204).send();
      try {
        await enter(pools, request, reply, await signInByLink(pools, { token }, originOf(request)));
      } catch (error) {
        const problem = error instanceof Problem ? error : problemOfDatabase(error);
        if (problem === null) throw error;
        // What stands behind # is sent to no server and stands in no log.
        if (problem.code === "code_needed") return reply.redirect(`/sign-in?problem=code_needed#${encodeURIComponent(token)}`, 303);
        return reply.redirect(`/sign-in?problem=${problem.code}`, 303);
      }
      return reply.redirect("/", 303);
    },
  );

  app.get(
    "/api/v1/session",
    {
      config: { access: "signed-in" },
      schema: { tags, summary: "Who am I, in which tenant, and what may I do", response: { 200: Session } },
    },
    async (request) => sessionBody(await identityOf(pools, request), await otherIdentities(pools, request)),
  );

  app.post(
    "/api/v1/session/tenant",
    {
      config: { access: "signed-in" },
      schema: { tags, summary: "Go on as another tenant this person signed in to", body: SwitchTenant, response: { 200: Session } },
    },
    async (request, reply) => {
      const { tenant } = request.body;
      const others = await otherIdentities(pools, request);
      const chosen = others.find((other) => other.identity.tenant.id === tenant);
      if (chosen === undefined)
        throw new Problem("forbidden", `this browser is not signed in to the tenant ${tenant}`, {
          hint: "Sign in there once; then you can switch.",
        });
      const current = request.cookies[sessionCookie];
      const rest = others.filter((other) => other !== chosen);
      const own = { token: current ?? "", identity: await identityOf(pools, request) };
      setCookies(
        request,
        reply,
        chosen.token,
        [own, ...rest].map((other) => other.token),
      );
      return sessionBody(chosen.identity, [own, ...rest]);
    },
  );

  app.post(
    "/api/v1/session/sign-out",
    {
      config: { access: "public" },
      schema: {
        tags,
        summary: "Sign out everywhere in this browser, and learn where to end the session at the identity provider",
        response: { 200: SignedOut },
      },
    },
    async (request, reply) => ({ location: await signOut(pools, request, reply, providerSignOut) }),
  );

  app.delete(
    "/api/v1/session",
    { config: { access: "public" }, schema: { tags, summary: "Sign out everywhere in this browser", response: { 204: Type.Null() } } },
    async (request, reply) => {
      await signOut(pools, request, reply, null);
      return reply.code(204).send(null);
    },
  );
}

/** Ends every session of the browser. Where the present one came from a provider, answers what `providerSignOut` says. */
async function signOut(
  pools: AccessPools,
  request: FastifyRequest,
  reply: FastifyReply,
  providerSignOut: ProviderSignOut | null,
): Promise<string | null> {
  const ended = [];
  for (const token of [request.cookies[sessionCookie] ?? "", ...otherTokens(request)])
    if (token !== "") ended.push(await endSession(pools, token, request.id));
  const options = cookieOptions(request);
  reply.clearCookie(sessionCookie, options).clearCookie(othersCookie, options);
  const [first] = ended;
  return first?.method === "oidc" && providerSignOut !== null ? providerSignOut(request, first.tenantId) : null;
}

function originOf(request: FastifyRequest) {
  return { userAgent: request.headers["user-agent"] ?? null, requestId: request.id };
}

async function identityOf(pools: AccessPools, request: FastifyRequest): Promise<Identity> {
  const caller = callerOf(request);
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const identity = caller.byCookie
    ? await identityOfSession(pools, request.cookies[sessionCookie] ?? "")
    : await identityOfKey(pools, bearer ?? "");
  if (identity === null) throw new Problem("unauthenticated", "the session has just ended", { hint: "Sign in again." });
  return identity;
}

function sessionBody(identity: Identity, others: readonly StartedSession[]): Session {
  const { kind, id, name, email, tenant, role, permissions, expiresAt } = identity;
  const tenants = [tenant, ...others.map((other) => other.identity.tenant)].sort((a, b) => a.id.localeCompare(b.id));
  return { actor: { kind, id, name, email }, tenant, role, permissions: [...permissions], tenants, expiresAt };
}

// The cookies -----------------------------------------------------------------------------------------------------------------
// A session is of one tenant. A person who proved to belong to several keeps the sessions of the others in a second cookie, so
// switching needs no password and still rests on a proof in each tenant: an equal e-mail address alone proves nothing, since any
// tenant's administrator can write one into a person of theirs.

const othersCookie = "apg_other_sessions";
const mostOthers = 7;

export async function enter(pools: AccessPools, request: FastifyRequest, reply: FastifyReply, started: StartedSession): Promise<Session> {
  const known = [request.cookies[sessionCookie] ?? "", ...otherTokens(request)];
  const others = await proven(pools, known, started.identity);
  setCookies(
    request,
    reply,
    started.token,
    others.map((other) => other.token),
  );
  return sessionBody(started.identity, others);
}

async function otherIdentities(pools: AccessPools, request: FastifyRequest): Promise<StartedSession[]> {
  if (request.caller?.byCookie !== true) return [];
  return proven(pools, otherTokens(request), await identityOf(pools, request));
}

/** Of these tokens the running sessions of the same person in other tenants, one a tenant. */
async function proven(pools: AccessPools, tokens: readonly string[], self: Identity): Promise<StartedSession[]> {
  const found = new Map<string, StartedSession>();
  for (const token of tokens.slice(0, mostOthers + 1)) {
    const identity = token === "" ? null : await identityOfSession(pools, token);
    if (identity === null || identity.email !== self.email || identity.tenant.id === self.tenant.id) continue;
    if (!found.has(identity.tenant.id)) found.set(identity.tenant.id, { token, identity });
  }
  return [...found.values()].slice(0, mostOthers);
}

function otherTokens(request: FastifyRequest): string[] {
  return (request.cookies[othersCookie] ?? "").split(".").filter((token) => /^[\w-]{43}$/.test(token));
}

function setCookies(request: FastifyRequest, reply: FastifyReply, token: string, others: readonly string[]): void {
  // Longer than any session: when one ends, the server says.
  const options = { ...cookieOptions(request), maxAge: 7 * 24 * 3600 };
  reply.setCookie(sessionCookie, token, options);
  if (others.length > 0) reply.setCookie(othersCookie, others.join("."), options);
  else reply.clearCookie(othersCookie, cookieOptions(request));
}

function cookieOptions(request: FastifyRequest) {
  return { path: "/", httpOnly: true, sameSite: "strict", secure: request.protocol === "https" } as const;
}
