import { expect, test } from "vitest";
import { tenantRead, tenantTransaction } from "../../src/postgres/transaction.ts";
import { asNobody, asTenant, testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();

test("a tenant transaction says for whom it runs, and nothing of it stays on the connection", async () => {
  const context = { tenantId: "acme", actor: "user:o'brien", requestId: "r-1" };
  const settings = `select cash_management.current_tenant() as tenant, cash_management.current_actor() as actor,
    cash_management.current_request() as request`;
  const inside = await tenantTransaction(database.current.app, context, (tx) => tx.query(settings));
  expect(inside.rows).toEqual([{ tenant: "acme", actor: "user:o'brien", request: "r-1" }]);
  const after = await asNobody(database.current, (client) => client.query("select cash_management.current_tenant() as tenant"));
  expect(after.rows[0].tenant).toBeNull();
});

test.each(["", "Acme", "-acme", "a'; drop table x; --", "a".repeat(51)])(
  "%j is refused as a tenant id before anything is sent",
  async (id) => {
    await expect(asTenant(database.current, id, async () => "reached")).rejects.toMatchObject({ code: "invalid_input" });
  },
);

test("what throws is rolled back", async () => {
  await database.current.admin.query(
    "create schema scratch; create table scratch.notes (text text); grant usage on schema scratch to apg_user; grant all on scratch.notes to apg_user",
  );
  await expect(
    asTenant(database.current, "acme", async (tx) => {
      await tx.query("insert into scratch.notes values ($1)", ["never"]);
      throw new Error("changed my mind");
    }),
  ).rejects.toThrow("changed my mind");
  expect((await database.current.admin.query("select * from scratch.notes")).rowCount).toBe(0);
});

test("a swallowed failure does not pass as a commit", async () => {
  const work = asTenant(database.current, "acme", async (tx) => {
    await tx.query("select 1/0").catch(() => {});
    return "done";
  });
  await expect(work).rejects.toThrow("rolled back");
});

test("a read sees one moment and cannot write", async () => {
  const read = { tenantId: "acme", actor: "test" };
  await expect(tenantRead(database.current.app, read, (tx) => tx.query("create temp table t ()"))).rejects.toMatchObject({ code: "25006" });
});

test("values come out exact: bigint, decimal text, days and moments as text", async () => {
  const { rows } = await asTenant(database.current, "acme", (tx) =>
    tx.query(`select 9007199254740993::int8 as minor, array[1, null]::int8[] as minors, 0.10::numeric as amount, date '2026-03-29' as day,
      timestamptz '2026-03-29 02:30:00.123456+02' as moment, array[date '2026-01-01'] as days`),
  );
  expect(rows).toEqual([
    {
      minor: 9007199254740993n,
      minors: [1n, null],
      amount: "0.10",
      day: "2026-03-29",
      moment: "2026-03-29T00:30:00.123456Z",
      days: ["2026-01-01"],
    },
  ]);
});
