import type { HttpApplication } from "../http/application.ts";
import { contextOf } from "../http/guard.ts";
import type { Pool } from "../postgres/connect.ts";
import { tenantRead } from "../postgres/transaction.ts";
import { parseDay, today } from "../time/day.ts";
import { Position, PositionHistory, PositionHistoryQuery, PositionQuery } from "./contract.ts";
import { courseOfPosition } from "./course.ts";
import { valuePosition } from "./position.ts";

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
      return tenantRead(pool, contextOf(request), (tx) =>
        valuePosition(tx, { ...options, asOf: asOf === undefined ? today() : parseDay(asOf) }),
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
}
