import { Type } from "typebox";
import type { HttpApplication } from "../http/application.ts";
import { pageQuery } from "../http/contract.ts";
import { cursorParts, pageOfRows, pageRequest } from "../http/cursor.ts";
import { contextOf } from "../http/guard.ts";
import type { Pool } from "../postgres/connect.ts";
import { tenantRead } from "../postgres/transaction.ts";
import { listBanks } from "./banks.ts";
import { BankPage } from "./contract.ts";

export function bankRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/banks",
    {
      config: { access: "accounts:read" },
      schema: {
        tags: ["accounts"],
        summary: "Banks by name",
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: BankPage },
      },
    },
    async (request) => {
      const page = pageRequest("banks", request.query, [cursorParts.text, cursorParts.uuid]);
      const found = await tenantRead(pool, contextOf(request), (tx) => listBanks(tx, page.request));
      return pageOfRows("banks", found, page.shown);
    },
  );
}
