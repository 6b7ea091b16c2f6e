import pg from "pg";
import { vi } from "vitest";
import { listAccounts } from "../../../../src/accounts/accounts.ts";
import { searchFlows } from "../../../../src/cash-flows/cash-flows.ts";
import { courseOfPosition } from "../../../../src/positions/course.ts";
import { valuePosition } from "../../../../src/positions/position.ts";
import { proveFigure } from "../../../../src/positions/proof.ts";
import { statementCalendar } from "../../../../src/positions/statement-calendar.ts";
import { type Pool, withClient } from "../../../../src/postgres/connect.ts";
import { tenantRead } from "../../../../src/postgres/transaction.ts";
import { listDeliveries } from "../../../../src/statements/deliveries.ts";
import { entriesOfAccount, entriesOfPartner, entriesOfStatement } from "../../../../src/statements/entries.ts";
import { importFile } from "../../../../src/statements/import.ts";
import { listStatements } from "../../../../src/statements/statements.ts";
import { addDays, type Day } from "../../../../src/time/day.ts";
import { camt053, fileOf } from "../../../helpers/camt.ts";
import { historyOf } from "../../../helpers/histories.ts";

/**
 * Imports a few statements for this tenant and asks what people ask all day; answers the text of every statement that went to the
 * server, as the driver was given it.
 */
export async function sentStatements(app: Pool, tenantId: string, monday: Day): Promise<Set<string>> {
  const sent = new Set<string>();
  const send = pg.Client.prototype.query;
  const spy = vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    const [query] = given;
    if (typeof query === "string") sent.add(oneLine(query));
    return Reflect.apply(send, this, given);
  });
  try {
    await live(app, tenantId, monday);
    return sent;
  } finally {
    spy.mockRestore();
  }
}

/** Blanks mean nothing in our SQL, which has them in no literal but singly. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

async function live(app: Pool, tenantId: string, monday: Day): Promise<void> {
  const actor = "person:test";
  const history = historyOf("DE02120300000000202051", monday, 0n, [
    [
      [1000, 0],
      [20, 0],
    ],
    [[-250, 0]],
    [[5, 0]],
  ]);
  for (const [index, statement] of history.statements.entries())
    await importFile(app, { tenantId, actor }, fileOf(`day-${index}.xml`, camt053(statement)));
  const page = { limit: 50, after: null };
  await tenantRead(app, { tenantId, actor }, async (tx) => {
    const accountId = (await listAccounts(tx, {}, page))[0]?.item.id ?? "";
    const to = addDays(monday, 2);
    await valuePosition(tx, { asOf: to });
    await courseOfPosition(tx, { from: monday, to, accountId });
    await statementCalendar(tx, { from: monday, to });
    await proveFigure(tx, accountId, { day: to });
    await entriesOfAccount(tx, accountId, {}, page);
    await entriesOfAccount(tx, accountId, { minMinor: 1n, maxMinor: 1_000n }, page);
    await entriesOfPartner(tx, "DE88100900001234567892", {}, page);
    await searchFlows(tx, { accountId }, page);
    await searchFlows(tx, { minMinor: 1n, maxMinor: 1_000n }, page);
    await searchFlows(tx, {}, page);
    await listDeliveries(tx, page);
    const statements = await listStatements(tx, { accountId }, page);
    await entriesOfStatement(tx, statements[0]?.item.id ?? "", page);
  });
}

/**
 * Many rows like those that are there, of 300 tenants and of 40 accounts of this one: so that choosing an index matters to the server.
 * As the superuser, without triggers; a copy that breaks a unique key is left out.
 */
export async function multiply(admin: Pool, tenantId: string, table: string, copies: number): Promise<void> {
  const { rows } = await admin.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns
     from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  const columns = rows[0]?.columns;
  await withClient(admin, async (client) => {
    await client.query("begin; set local session_replication_role = replica");
    await client.query(
      `insert into ${table} (${columns})
       select ${columns}
       from (
         select (jsonb_populate_record(null::${table}, to_jsonb(t) || jsonb_build_object(
           'tenant_id', case when g % 8 = 0 then $1 else 'other-' || g % 300 end,
           'id', (left(coalesce(to_jsonb(t) ->> 'id', '0000000'), 7) || substr(md5((to_jsonb(t) ->> 'id') || g)::uuid::text, 8))::uuid,
           'account_id', md5('account ' || g % 320 / 8)::uuid,
           'statement_id', md5('statement ' || g / 10)::uuid,
           'delivery_id', md5('delivery ' || g)::uuid,
           'sha256', sha256(convert_to(g::text, 'UTF8')),
           'amount_minor', g % 100000
         ))).*
         from (select * from ${table} where tenant_id = $1 limit 1) as t
         cross join generate_series(1, $2::integer) as g
       ) as copied
       on conflict do nothing`,
      [tenantId, copies],
    );
    await client.query(`commit; analyze ${table}`);
  });
}
