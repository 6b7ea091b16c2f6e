import { beforeAll, describe, expect, test } from "vitest";
import type { AuditPage, SealState } from "../../src/audit/contract.ts";
import { checkProof } from "../../src/audit/proof/check-proof.ts";
import { listTrail, trailStatement } from "../../src/audit/trail.ts";
import { tenantTransaction } from "../../src/postgres/transaction.ts";
import { type Call, callerFor } from "../access/caller.ts";
import { testApi } from "../helpers/api.ts";
import { expectAsDocumented } from "../helpers/open-api.ts";
import { asTenant } from "../helpers/postgres.ts";
import { testSealing } from "./sealing.ts";

const api = testApi();
const sealing = testSealing({
  get current() {
    return api.current.database;
  },
});

beforeAll(async () => {
  const actor = `person:${api.current.people.treasurer}`;
  await asTenant(api.current.database, "acme", (tx) =>
    tx.query("insert into cash_management.cm_banks (tenant_id, name) select 'acme', 'Bank ' || i from generate_series(1, 30) as i"),
  );
  await asTenant(api.current.database, "globex", (tx) =>
    tx.query("insert into cash_management.cm_banks (tenant_id, name) values ('globex', 'Secret bank')"),
  );
  await tenantTransaction(api.current.database.app, { tenantId: "acme", actor, requestId: "request-of-the-rename" }, (tx) =>
    tx.query("update cash_management.cm_banks set name = 'Bank one' where tenant_id = 'acme' and name = 'Bank 1'"),
  );
});

const get = async <T>(url: string, role: "auditor" | "administrator" | "treasurer" = "auditor") => {
  callers[role] ??= await callerFor(api.current, `${role}@acme.example`);
  return (await callers[role]("GET", url)) as { status: number; body: T };
};
const callers: Record<string, Call> = {};

describe("GET /api/v1/audit", () => {
  test("an auditor reads who changed what, with the value before and after, and the person's name", async () => {
    const { body } = await get<AuditPage>("/api/v1/audit?table=cm_banks&operation=UPDATE");
    expect(body.items).toMatchObject([
      {
        ...{
          actorName: "The treasurer",
          actor: `person:${api.current.people.treasurer}`,
          login: "apg_user",
          request: "request-of-the-rename",
        },
        ...{ before: { name: "Bank 1" }, after: { name: "Bank one" }, block: null },
      },
    ]);
  });

  test("pages go on where they ended, and together are the whole, newest first", async () => {
    const seen: string[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const { body }: { body: AuditPage } = await get<AuditPage>(
        `/api/v1/audit?table=cm_banks&limit=7${after === "" ? "" : `&after=${after}`}`,
      );
      seen.push(...body.items.map(({ id }) => id));
      after = body.next;
    }
    expect(seen).toHaveLength(31);
    expect(seen).toEqual([...seen].sort((a, b) => Number(b) - Number(a)));
  });

  test("by key, by actor, by request and by time", async () => {
    const { body } = await get<AuditPage>("/api/v1/audit?request=request-of-the-rename");
    const [entry] = body.items;
    const by = async (filter: string) => (await get<AuditPage>(`/api/v1/audit?${filter}`)).body.items.map(({ id }) => id);
    expect(await by(`key=${entry?.key}`)).toHaveLength(2);
    expect(await by(`actor=${encodeURIComponent(entry?.actor ?? "")}`)).toContain(entry?.id);
    for (const who of ["the treas", "TREASURER@ACME", entry?.actor ?? ""])
      expect(await by(`who=${encodeURIComponent(who)}&table=cm_banks&operation=UPDATE`), who).toEqual([entry?.id]);
    expect(await by("who=nobody%20of%20this%20name")).toEqual([]);
    expect(await by("from=2020-01-01T00:00:00.000Z&to=2020-02-01T00:00:00.000Z")).toEqual([]);
    expect((await get("/api/v1/audit?operation=SELECT")).status).toBe(400);
  });

  test("invariant 27: the trail of another tenant is not there", async () => {
    const { body } = await get<AuditPage>("/api/v1/audit?limit=500");
    expect(JSON.stringify(body)).not.toContain("Secret bank");
    expect(body.items.length).toBeGreaterThan(30);
  });

  test("invariant 26: no password, no hash of one, no session", async () => {
    const { body } = await get<AuditPage>("/api/v1/audit?table=cm_people&operation=INSERT&limit=500");
    expect(body.items.length).toBeGreaterThan(4);
    expect(JSON.stringify(body)).not.toContain("argon2");
    for (const { after } of body.items) expect(after?.["password_hash"]).toBe("(redacted)");
  });

  test("who keeps the books does not read the trail", async () => {
    for (const url of ["/api/v1/audit", "/api/v1/audit/seals", "/api/v1/audit/1/proof"])
      expect((await get(url, "treasurer")).status).toBe(403);
    expect((await get("/api/v1/audit", "administrator")).status).toBe(200);
  });

  test("answers are as documented", async () => {
    for (const url of ["/api/v1/audit", "/api/v1/audit/seals"]) {
      const { status, body } = await get(url);
      await expectAsDocumented(api.current.app, url, { statusCode: status, json: () => body });
    }
  });
});

test("an entry waits, is sealed, and its proof holds with the public key alone", async () => {
  const [entry] = (await get<AuditPage>("/api/v1/audit?operation=UPDATE&table=cm_banks")).body.items;
  expect((await get<SealState>("/api/v1/audit/seals")).body.waiting).toBeGreaterThan(30);
  expect(await get(`/api/v1/audit/${entry?.id}/proof`)).toMatchObject({ status: 409, body: { code: "audit_not_sealed" } });
  await sealing.current.sealEverything();
  const [sealed] = (await get<AuditPage>("/api/v1/audit?operation=UPDATE&table=cm_banks")).body.items;
  expect(sealed?.block).toMatch(/^\d+$/);
  const state = (await get<SealState>("/api/v1/audit/seals")).body;
  expect(Number(state.head?.number)).toBeGreaterThanOrEqual(Number(sealed?.block));
  const { body } = await get<object>(`/api/v1/audit/${entry?.id}/proof`);
  expect(checkProof(JSON.stringify(body), [sealing.current.key])).toMatchObject({
    ...{ holds: true, block: { number: sealed?.block }, row: { tenant_id: "acme", new_values: { name: "Bank one" } } },
  });
  expect((await get("/api/v1/audit/999999999/proof")).status).toBe(404);
});

test("invariant 45: the trail by time, table, key and actor goes through its index as the application's role", async () => {
  await asTenant(api.current.database, "acme", (tx) =>
    tx.query("insert into cash_management.cm_banks (tenant_id, name) select 'acme', 'Many ' || i from generate_series(1, 4000) as i"),
  );
  await api.current.database.admin.query("analyze audit.audit_log");
  const part = await api.current.database.admin.query<{ part: string }>(
    "select relname as part from pg_class where oid = (select tableoid from audit.audit_log limit 1)",
  );
  const filters = { audit_log_by_time: {}, by_table: { table: "cm_people" }, by_key: { key: "x" }, by_actor: { actor: "person:x" } };
  for (const [index, filter] of Object.entries(filters)) {
    const { text, values } = trailStatement("acme", filter, { limit: 51, after: null });
    const plan = await asTenant(api.current.database, "acme", (tx) => tx.query<{ "QUERY PLAN": string }>(`explain ${text}`, values));
    const lines = plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
    // Partitions of the months to come are empty, and read as they are.
    expect(lines, index).toMatch(new RegExp(`Index Scan.* on ${part.rows[0]?.part}`));
    expect(lines, index).not.toContain(`Seq Scan on ${part.rows[0]?.part}`);
  }
  expect(await asTenant(api.current.database, "acme", (tx) => listTrail(tx, {}, { limit: 3, after: null }))).toHaveLength(3);
});
