import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "../http/application.ts";
import { contextOf } from "../http/guard.ts";
import type { Pool } from "../postgres/connect.ts";
import { tenantRead } from "../postgres/transaction.ts";
import { CalendarQuery, StatementCalendar } from "../statements/contract.ts";
import { todayOfTenant } from "../tenants/tenants.ts";
import { dayNumber, parseDay } from "../time/day.ts";
import { Position, PositionHistory, PositionHistoryQuery, PositionQuery } from "./contract.ts";
import { courseOfPosition } from "./course.ts";
import { valuePosition } from "./position.ts";
import { statementCalendar } from "./statement-calendar.ts";

const tags = ["positions"];
const config = { access: "positions:read" };

export function positionRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/positions",
    {
      config,
      schema: {
        tags,
        summary: "The cash position of a day, as known at a moment, and what each figure is made of",
        querystring: PositionQuery,
        response: { 200: Position },
      },
    },
    async (request) => {
      const { asOf, ...options } = request.query;
      return tenantRead(pool, contextOf(request), async (tx) =>
        valuePosition(tx, { ...options, asOf: asOf === undefined ? await todayOfTenant(tx) : parseDay(asOf) }),
      );
    },
  );

  app.get(
    "/api/v1/positions/history",
    {
      config,
      schema: { tags, summary: "The course of cash, day by day", querystring: PositionHistoryQuery, response: { 200: PositionHistory } },
    },
    async (request) => {
      const { from, to, ...options } = request.query;
      return tenantRead(pool, contextOf(request), (tx) => courseOfPosition(tx, { ...options, from: parseDay(from), to: parseDay(to) }));
    },
  );

  app.get(
    "/api/v1/statements/calendar",
    {
      config: { access: "statements:read" },
      schema: {
        tags: ["statements"],
        summary: "How each day of each account stands: sealed, gap, break, late, unproven, provisional",
        description: `At most ${longestCalendarDays} days at once.`,
        querystring: CalendarQuery,
        response: { 200: StatementCalendar },
      },
    },
    async (request) => {
      const { accountId } = request.query;
      const [from, to] = [parseDay(request.query.from), parseDay(request.query.to)];
      const days = dayNumber(to) - dayNumber(from) + 1;
      if (days < 1 || days > longestCalendarDays)
        throw new Problem("invalid_input", `from ${from} to ${to} is no span of 1 to ${longestCalendarDays} days`, {
          hint: "Give from before to, and ask for less at once.",
        });
      return tenantRead(pool, contextOf(request), (tx) => statementCalendar(tx, { from, to, accountId }));
    },
  );
}

const longestCalendarDays = 800;
