import { Type } from "typebox";
import type { HttpApplication } from "../http/application.ts";
import { Id } from "../http/contract.ts";
import { contextOf } from "../http/guard.ts";
import type { Pool } from "../postgres/connect.ts";
import { tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { ApprovalRequest } from "./approvals/contract.ts";
import { EndedSessions, InvitedPerson, NewPerson, PersonChange, PersonList, PersonRecord, SignInLink } from "./contract.ts";
import { changePerson, endSessionsOfPerson, getPerson, invitePerson, listPeopleFully, makeLink } from "./manage-people.ts";

const tags = ["access"];
const params = Type.Object({ id: Id });
const waits = "202 when a four-eyes rule wants another person: send the same again once it is approved.";

/** No Idempotency-Key where a link comes back: a stored answer would keep it. */
export function peopleRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/people",
    { config: { access: "access:read" }, schema: { tags, summary: "People of the tenant", response: { 200: PersonList } } },
    async (request) => ({ items: await tenantRead(pool, contextOf(request), listPeopleFully) }),
  );

  app.get(
    "/api/v1/people/:id",
    { config: { access: "access:read" }, schema: { tags, summary: "One person", params, response: { 200: PersonRecord } } },
    async (request) => tenantRead(pool, contextOf(request), (tx) => getPerson(tx, request.params.id)),
  );

  app.post(
    "/api/v1/people",
    {
      config: { access: "access:write" },
      schema: {
        tags,
        summary: "Invite a person; the answer shows their one-time link this once",
        description: waits,
        body: NewPerson,
        response: { 201: InvitedPerson, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const invited = await tenantTransaction(pool, contextOf(request), (tx) => invitePerson(tx, request.body));
      return "done" in invited ? reply.code(201).send(invited.done) : reply.code(202).send(invited.waiting);
    },
  );

  app.patch(
    "/api/v1/people/:id",
    {
      config: { access: "access:write" },
      schema: {
        tags,
        summary: "Change a person's name or role, let them out or in again",
        description: waits,
        params,
        body: PersonChange,
        response: { 200: PersonRecord, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const changed = await tenantTransaction(pool, contextOf(request), (tx) => changePerson(tx, request.params.id, request.body));
      return "done" in changed ? reply.send(changed.done) : reply.code(202).send(changed.waiting);
    },
  );

  app.post(
    "/api/v1/people/:id/link",
    {
      config: { access: "access:write" },
      schema: {
        tags,
        summary: "Make a one-time sign-in link; the answer shows it this once",
        description: waits,
        params,
        response: { 201: SignInLink, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const made = await tenantTransaction(pool, contextOf(request), (tx) => makeLink(tx, request.params.id));
      return "done" in made ? reply.code(201).send(made.done) : reply.code(202).send(made.waiting);
    },
  );

  app.delete(
    "/api/v1/people/:id/sessions",
    {
      config: { access: "access:write" },
      schema: { tags, summary: "Sign a person out everywhere", params, response: { 200: EndedSessions } },
    },
    async (request) => tenantTransaction(pool, contextOf(request), (tx) => endSessionsOfPerson(tx, request.params.id)),
  );
}
