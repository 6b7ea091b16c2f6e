import { createHash } from "node:crypto";
import type { Pool } from "../postgres/connect.ts";
import type { AddCounts } from "./request-counts.ts";

/**
 * Counts in the database, through the gate: no tenant's SQL reaches them. Names are hashed, for nobody needs to read there which address
 * came when.
 */
export function countInDatabase(gate: Pool): AddCounts {
  return async (counts) => {
    const { rows } = await gate.query<{ hits: string }>({
      name: "count_requests",
      text: `select counted.hits::text as hits
       from cash_management.count_requests($1::text[], $2::integer[], $3::timestamptz[]) as counted`,
      values: [
        counts.map(({ bucket }) => createHash("sha256").update(bucket).digest("base64url")),
        counts.map(({ hits }) => hits),
        counts.map(({ endsAt }) => endsAt.toISOString()),
      ],
    });
    return rows.map(({ hits }) => Number(hits));
  };
}
