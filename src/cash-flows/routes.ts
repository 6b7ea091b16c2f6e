import type { Static } from "typebox";
import { getAccount } from "../accounts/accounts.ts";
import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "../http/application.ts";
import { cursorParts, pageOfRows, pageRequest } from "../http/cursor.ts";
import { contextOf } from "../http/guard.ts";
import { parseMoney } from "../money/money.ts";
import type { Pool } from "../postgres/connect.ts";
import { type TenantTransaction, tenantRead } from "../postgres/transaction.ts";
import { dayRange } from "../time/day-range.ts";
import { type FlowFilter, searchFlows } from "./cash-flows.ts";
import { CashFlowPage, CashFlowsQuery } from "./contract.ts";

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
