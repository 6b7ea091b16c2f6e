import { Type } from "typebox";
import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "../http/application.ts";
import { sessionCookie } from "../http/caller.ts";
import { Id } from "../http/contract.ts";
import { callerOf, contextOf } from "../http/guard.ts";
import { tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import type { AccessPools } from "./access-pools.ts";
import { ApprovalRequest } from "./approvals/contract.ts";
import {
  AccessMatrix,
  AccessRules,
  AccessRulesChange,
  EndedSessions,
  NewPassword,
  OwnSessionList,
  roles,
  Session,
  scopes,
} from "./contract.ts";
import { changeOwnPassword } from "./manage-people.ts";
import { permissionsOfRole, permissionsOfScope } from "./permissions.ts";
import { getRules, setRules } from "./rules.ts";
import { tokenHash } from "./secrets.ts";
import { enter, fewTries } from "./session-routes.ts";
import { endOtherSessions, endOwnSession, ownSessions, startSession } from "./sessions.ts";

const tags = ["access"];

/** What people do about themselves, and the rules of their sessions. */
export function ownRoutes(app: HttpApplication, pools: AccessPools): void {
  app.get(
    "/api/v1/sessions",
    { config: { access: "signed-in" }, schema: { tags, summary: "Your own sessions", response: { 200: OwnSessionList } } },
    async (request) => {
      const hash = tokenHash(request.cookies[sessionCookie] ?? "");
      return { items: await tenantRead(pools.app, contextOf(request), (tx) => ownSessions(tx, personOf(request), hash)) };
    },
  );

  app.delete(
    "/api/v1/sessions",
    {
      config: { access: "signed-in" },
      schema: { tags, summary: "End all your other sessions; this one goes on", response: { 200: EndedSessions } },
    },
    async (request) => {
      const person = personOf(request);
      const hash = tokenHash(request.cookies[sessionCookie] ?? "");
      return { ended: await tenantTransaction(pools.app, contextOf(request), (tx) => endOtherSessions(tx, person, hash)) };
    },
  );

  app.delete(
    "/api/v1/sessions/:id",
    {
      config: { access: "signed-in" },
      schema: { tags, summary: "End one of your own sessions", params: Type.Object({ id: Id }), response: { 200: EndedSessions } },
    },
    async (request) => {
      const person = personOf(request);
      const ended = await tenantTransaction(pools.app, contextOf(request), (tx) => endOwnSession(tx, person, request.params.id));
      if (ended === 0) throw new Problem("not_found", `you have no running session ${request.params.id}`);
      return { ended };
    },
  );

  app.put(
    "/api/v1/session/password",
    {
      config: { access: "signed-in", ...fewTries },
      schema: { tags, summary: "Set your own password; every other session of yours ends", body: NewPassword, response: { 200: Session } },
    },
    async (request, reply) => {
      const personId = personOf(request);
      const { present, next } = request.body;
      const context = contextOf(request);
      await tenantTransaction(pools.app, context, (tx) => changeOwnPassword(tx, personId, present, next));
      // A new token: whoever copied the old one is out as well.
      const subject = { tenantId: context.tenantId, personId, userAgent: request.headers["user-agent"] ?? null, requestId: request.id };
      return enter(pools, request, reply, await startSession(pools, { ...subject, method: "own password" }));
    },
  );

  app.get(
    "/api/v1/roles",
    {
      config: { access: "signed-in" },
      schema: { tags, summary: "What each role and each scope of a key allows", response: { 200: AccessMatrix } },
    },
    async () => ({
      roles: roles.map((name) => ({ name, permissions: [...permissionsOfRole[name]] })),
      scopes: scopes.map((name) => ({ name, permissions: [...permissionsOfScope[name]] })),
    }),
  );

  app.get(
    "/api/v1/access-rules",
    { config: { access: "access:read" }, schema: { tags, summary: "How long sessions and keys live", response: { 200: AccessRules } } },
    async (request) => tenantRead(pools.app, contextOf(request), getRules),
  );

  app.patch(
    "/api/v1/access-rules",
    {
      config: { access: "access:write" },
      schema: {
        tags,
        summary: "Change how long sessions and keys live",
        body: AccessRulesChange,
        response: { 200: AccessRules, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const set = await tenantTransaction(pools.app, contextOf(request), (tx) => setRules(tx, request.body));
      return "done" in set ? reply.send(set.done) : reply.code(202).send(set.waiting);
    },
  );
}

function personOf(request: Parameters<typeof callerOf>[0]): string {
  const caller = callerOf(request);
  if (caller.kind === "person") return caller.id;
  throw new Problem("forbidden", "a key has no sessions and no password", { hint: "Sign in as a person." });
}
