import { type Static, Type } from "typebox";
import { ApprovalRequest } from "../access/approvals/contract.ts";
import { getAccount } from "../accounts/accounts.ts";
import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "../http/application.ts";
import { Id } from "../http/contract.ts";
import { cursorParts, pageOfRows, pageRequest } from "../http/cursor.ts";
import { contextOf } from "../http/guard.ts";
import { answerOnce, idempotencyHeaders } from "../http/idempotency.ts";
import { parseMoney } from "../money/money.ts";
import type { Pool } from "../postgres/connect.ts";
import { type TenantTransaction, tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { dayRange } from "../time/day-range.ts";
import { type FlowFilter, searchFlows } from "./cash-flows.ts";
import { CashFlow, CashFlowPage, CashFlowsQuery, NewCashFlow } from "./contract.ts";
import { enterFlow, takeBackFlow } from "./keep-flows.ts";

export function cashFlowRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/cash-flows",
    {
      config: { access: "cash-flows:read" },
      schema: {
        tags: ["cash flows"],
        summary: "The flow book, newest first",
        description: "minAmount and maxAmount are amounts of one currency: give `currency` or `accountId` with them.",
        querystring: CashFlowsQuery,
        response: { 200: CashFlowPage },
      },
    },
    async (request) => {
      const page = pageRequest("cash-flows", request.query, [cursorParts.day, cursorParts.uuid]);
      const found = await tenantRead(pool, contextOf(request), async (tx) =>
        searchFlows(tx, await filterOf(tx, request.query), page.request),
      );
      return pageOfRows("cash-flows", found, page.shown);
    },
  );
  writingRoutes(app, pool);
}

const waits = "202 when a four-eyes rule wants another person: the last approval carries it out.";

function writingRoutes(app: HttpApplication, pool: Pool): void {
  app.post(
    "/api/v1/cash-flows",
    {
      config: { access: "cash-flows:write" },
      schema: {
        tags: ["cash flows"],
        summary: "Enter a flow by hand",
        description: waits,
        headers: idempotencyHeaders,
        body: NewCashFlow,
        response: { 201: CashFlow, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const { status, body } = await answerOnce(pool, request, JSON.stringify(request.body), async () => {
        const entered = await tenantTransaction(pool, contextOf(request), (tx) => enterFlow(tx, request.body));
        return "done" in entered ? { status: 201, body: entered.done } : { status: 202, body: entered.waiting };
      });
      return reply.code(status as 201).send(body as CashFlow);
    },
  );

  app.delete(
    "/api/v1/cash-flows/:id",
    {
      config: { access: "cash-flows:write" },
      schema: {
        tags: ["cash flows"],
        summary: "Take back a flow that was entered by hand",
        description: waits,
        params: Type.Object({ id: Id }),
        response: { 200: CashFlow, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const undone = await tenantTransaction(pool, contextOf(request), (tx) => takeBackFlow(tx, request.params.id));
      return "done" in undone ? reply.send(undone.done) : reply.code(202).send(undone.waiting);
    },
  );
}

async function filterOf(tx: TenantTransaction, query: Static<typeof CashFlowsQuery>): Promise<FlowFilter> {
  const { accountId, category, direction, minCertainty, from, to, minAmount, maxAmount } = query;
  const currency = query.currency ?? (accountId === undefined ? undefined : (await getAccount(tx, accountId)).currency);
  const minor = (amount: string | undefined) => {
    if (amount === undefined) return undefined;
    if (currency === undefined)
      throw new Problem("invalid_input", `${amount} is an amount of no currency`, { hint: "Give currency=EUR, say, or accountId." });
    return parseMoney(amount, currency).minor;
  };
  const filter = {
    accountId,
    currency: query.currency,
    category,
    direction,
    minCertainty,
    minMinor: minor(minAmount),
    maxMinor: minor(maxAmount),
  };
  return { ...filter, ...dayRange(from, to) };
}
