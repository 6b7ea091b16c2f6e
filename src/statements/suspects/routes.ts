import { Type } from "typebox";
import type { HttpApplication } from "../../http/application.ts";
import { Id } from "../../http/contract.ts";
import { contextOf } from "../../http/guard.ts";
import type { Pool } from "../../postgres/connect.ts";
import { tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { SuspectDecision, SuspectedDuplicate, SuspectedDuplicateList, SuspectsQuery } from "./contract.ts";
import { decideSuspect } from "./decide-suspect.ts";
import { listSuspects } from "./suspects.ts";

const tags = ["statements"];

/** Entries without a balance to decide for them, side by side, for a person to decide. */
export function suspectRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/suspected-duplicates",
    {
      config: { access: "statements:read" },
      schema: {
        tags,
        summary: "Entries that may be one, side by side",
        querystring: SuspectsQuery,
        response: { 200: SuspectedDuplicateList },
      },
    },
    async (request) => ({ items: await tenantRead(pool, contextOf(request), (tx) => listSuspects(tx, request.query)) }),
  );

  app.put(
    "/api/v1/suspected-duplicates/:id/decision",
    {
      config: { access: "statements:write" },
      schema: {
        tags,
        summary: "Say that two entries are the same, or different, or take back what was said",
        description: "Of two that are the same the later one counts for nothing from now on; the pair does not come up again.",
        params: Type.Object({ id: Id }),
        body: SuspectDecision,
        response: { 200: SuspectedDuplicate },
      },
    },
    async (request) => tenantTransaction(pool, contextOf(request), (tx) => decideSuspect(tx, request.params.id, request.body.decision)),
  );
}
