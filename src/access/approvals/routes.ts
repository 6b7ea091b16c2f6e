import { Type } from "typebox";
import type { HttpApplication } from "../../http/application.ts";
import { Id } from "../../http/contract.ts";
import { contextOf } from "../../http/guard.ts";
import type { Pool } from "../../postgres/connect.ts";
import { tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { addPolicy, endPolicy, getApproval, listApprovals, listPolicies, withdraw } from "./approvals.ts";
import { decideAndCarryOut, type Executors } from "./carry-out.ts";
import {
  ApprovalList,
  ApprovalPolicy,
  ApprovalPolicyList,
  ApprovalQuery,
  ApprovalRequest,
  DecidedApproval,
  LinkCode,
  NewApprovalPolicy,
  NewDecision,
} from "./contract.ts";
import { makeLinkCode } from "./link-codes.ts";

const tags = ["approvals"];
const params = Type.Object({ id: Id });

export function approvalRoutes(app: HttpApplication, pool: Pool, executors: Executors): void {
  app.get(
    "/api/v1/approvals",
    {
      config: { access: "approvals:read" },
      schema: {
        tags,
        summary: "Requests for another person's approval, newest first",
        querystring: ApprovalQuery,
        response: { 200: ApprovalList },
      },
    },
    async (request) => ({ items: await tenantRead(pool, contextOf(request), (tx) => listApprovals(tx, request.query)) }),
  );

  app.get(
    "/api/v1/approvals/:id",
    { config: { access: "approvals:read" }, schema: { tags, summary: "One request", params, response: { 200: ApprovalRequest } } },
    async (request) => tenantRead(pool, contextOf(request), (tx) => getApproval(tx, request.params.id)),
  );

  app.post(
    "/api/v1/approvals/:id/decision",
    {
      config: { access: "approvals:write" },
      schema: {
        tags,
        summary: "Approve or refuse",
        description:
          "Never by who asked or whom it is about, once per person. With the last approval it is carried out, where nothing secret comes of it.",
        params,
        body: NewDecision,
        response: { 200: DecidedApproval },
      },
    },
    async (request) =>
      decideAndCarryOut(pool, contextOf(request), executors, request.params.id, request.body.decision, request.body.reason),
  );

  app.post(
    "/api/v1/approvals/:id/code",
    {
      config: { access: "approvals:write" },
      schema: {
        tags,
        summary: "Make another code for the sign-in link of whom you approved; the one before is of no use then",
        params,
        response: { 200: LinkCode },
      },
    },
    async (request) => ({ code: await tenantTransaction(pool, contextOf(request), (tx) => makeLinkCode(tx, request.params.id)) }),
  );

  app.delete(
    "/api/v1/approvals/:id",
    {
      config: { access: "signed-in" },
      schema: { tags, summary: "Take back what you asked for", params, response: { 200: ApprovalRequest } },
    },
    async (request) => tenantTransaction(pool, contextOf(request), (tx) => withdraw(tx, request.params.id)),
  );

  app.get(
    "/api/v1/approval-policies",
    {
      config: { access: "approvals:read" },
      schema: { tags, summary: "Four-eyes rules, those in force first", response: { 200: ApprovalPolicyList } },
    },
    async (request) => ({ items: await tenantRead(pool, contextOf(request), listPolicies) }),
  );

  app.post(
    "/api/v1/approval-policies",
    {
      config: { access: "access:write" },
      schema: { tags, summary: "Add a four-eyes rule", body: NewApprovalPolicy, response: { 201: ApprovalPolicy } },
    },
    async (request, reply) => {
      const made = await tenantTransaction(pool, contextOf(request), (tx) => addPolicy(tx, request.body));
      reply.code(201);
      return made;
    },
  );

  app.delete(
    "/api/v1/approval-policies/:id",
    {
      config: { access: "access:write" },
      schema: {
        tags,
        summary: "End a four-eyes rule, with the approvals it asks for itself",
        params,
        response: { 200: ApprovalPolicy, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const ended = await tenantTransaction(pool, contextOf(request), (tx) => endPolicy(tx, request.params.id));
      if ("done" in ended) return ended.done;
      return reply.code(202).send(ended.waiting);
    },
  );
}
