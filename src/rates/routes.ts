import { Type } from "typebox";
import type { HttpApplication } from "../http/application.ts";
import { pageQuery } from "../http/contract.ts";
import { cursorParts, pageOfRows, pageRequest } from "../http/cursor.ts";
import { contextOf } from "../http/guard.ts";
import { answerOnce, idempotencyHeaders } from "../http/idempotency.ts";
import type { Pool } from "../postgres/connect.ts";
import { tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { parseDay } from "../time/day.ts";
import { ImportedRates, ImportRates, RateSetDetail, RateSetName, RateSetPage } from "./contract.ts";
import { readRateFile } from "./rate-file.ts";
import { getRateSet, importRates, listRateSets } from "./rate-sets.ts";

const tags = ["rates"];

export function rateRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/rate-sets",
    {
      config: { access: "positions:read" },
      schema: {
        tags,
        summary: "Sets of exchange rates, newest day first",
        querystring: Type.Object({ ...pageQuery, source: Type.Optional(Type.String({ maxLength: 40 })) }, { additionalProperties: false }),
        response: { 200: RateSetPage },
      },
    },
    async (request) => {
      const page = pageRequest("rate-sets", request.query, [cursorParts.day, cursorParts.uuid]);
      const found = await tenantRead(pool, contextOf(request), (tx) => listRateSets(tx, page.request, request.query.source));
      return pageOfRows("rate-sets", found, page.shown);
    },
  );

  app.get(
    "/api/v1/rate-sets/:name",
    {
      config: { access: "positions:read" },
      schema: {
        tags,
        summary: "One set with its rates, and whether its hash holds",
        params: Type.Object({ name: RateSetName }),
        response: { 200: RateSetDetail },
      },
    },
    async (request) => tenantRead(pool, contextOf(request), (tx) => getRateSet(tx, request.params.name)),
  );

  app.post(
    "/api/v1/rate-sets",
    {
      config: { access: "statements:write" },
      bodyLimit: 8 * 1024 * 1024,
      schema: {
        tags,
        summary: "Import a file of rates: a frozen set for each day",
        description:
          "Days whose newest set says the same are left as they are. Without from and to, the last 400 days of the file are taken. " +
          "Where a four-eyes rule on rate sets holds, the answer names the requests that wait.",
        headers: idempotencyHeaders,
        body: ImportRates,
        response: { 200: ImportedRates, 201: ImportedRates, 202: ImportedRates },
      },
    },
    async (request, reply) => {
      const { text, source, kind, base } = request.body;
      const [day, from, to] = [request.body.day, request.body.from, request.body.to].map((one) =>
        one === undefined ? undefined : parseDay(one),
      );
      const answer = await answerOnce(pool, request, JSON.stringify(request.body), async () => {
        const days = readRateFile(text, { base, day });
        const body = await tenantTransaction(pool, contextOf(request), (tx) => importRates(tx, { source, kind, days, from, to }));
        return { status: body.waiting.length > 0 ? 202 : body.made.length > 0 ? 201 : 200, body };
      });
      return reply.code(answer.status as 200 | 201 | 202).send(answer.body as ImportedRates);
    },
  );
}
