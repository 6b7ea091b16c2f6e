import { expect, test } from "vitest";
import { createPlatformKey } from "../../src/access/platform-keys.ts";
import { withClient } from "../../src/postgres/connect.ts";
import type { Erasure, TenantOverview } from "../../src/tenants/contract.ts";
import { erasureOf, requestErasure } from "../../src/tenants/erasure/request.ts";
import { eraseTenant } from "../../src/tenants/erasure/run.ts";
import { openTenant } from "../../src/tenants/open-tenant.ts";
import { tenantOverview } from "../../src/tenants/overview.ts";
import { testApi } from "../helpers/api.ts";

const api = testApi();
const of = (tenantId: string) => ({ tenantId, actor: "test" });
const admin = () => api.current.database.admin;

/** Two tables refer to each other's rows in a way that nobody foresaw: deleting is refused until the table is gone. */
const inTheWay = (id: string) => `
  create table cash_management.in_the_way (tenant_id text, constraint somebody_refers_to_it foreign key (tenant_id) references cash_management.cm_tenants);
  insert into cash_management.in_the_way values ('${id}');
  create function cash_management.refuse() returns trigger language plpgsql as $$ begin raise exception 'not this row'; end $$;
  create trigger refuse before delete on cash_management.in_the_way for each row execute function cash_management.refuse();
  alter table cash_management.in_the_way owner to cm_owner`;
const outOfTheWay = "drop table cash_management.in_the_way; drop function cash_management.refuse()";

test("an erasure that stops says when and why, in the list, in detail and over HTTP; asked for again it ends, and says nothing of it", async () => {
  await openTenant(admin(), { id: "leaving", name: "The leaving" }, { actor: "test" });
  await requestErasure(admin(), of("leaving"), { confirm: "The leaving", reason: "contract ended" });
  expect((await tenantOverview(admin(), of("leaving"))).erasure).toMatchObject({
    state: "requested",
    attempts: 0,
    atWork: false,
    interruption: null,
  });
  await admin().query(inTheWay("leaving"));

  const { key } = await createPlatformKey(admin(), { name: "portal", scopes: ["tenants:read", "tenants:manage", "tenants:erase"] }, "test");
  const headers = { authorization: `Bearer ${key}` };
  const url = "/api/v1/tenants/leaving/erasure";
  const started = await api.current.app.inject({ method: "POST", url: `${url}/run`, payload: { confirm: "The leaving" }, headers });
  expect(started.statusCode).toBe(202);
  const state = async () => (await api.current.app.inject({ url, headers })).json<Erasure>();
  await expect.poll(async () => (await state()).interruption, { timeout: 20_000 }).toContain("not this row");
  expect(await state()).toMatchObject({ state: "running", attempts: 1, interruptedAt: expect.stringMatching(/^\d{4}-/) });
  await expect.poll(async () => (await state()).atWork).toBe(false);
  const list = await api.current.app.inject({ url: "/api/v1/tenants", headers });
  const listed = list.json<{ items: TenantOverview[] }>().items.find(({ tenant }) => tenant.id === "leaving");
  expect(listed?.erasure).toMatchObject({ state: "running", interruption: expect.stringContaining("not this row") });

  await admin().query(outOfTheWay);
  const done = await eraseTenant(admin(), of("leaving"), { confirm: "The leaving" });
  expect(done).toMatchObject({ state: "done", attempts: 2, interruption: null, interruptedAt: null });
});

test("whether somebody works on it is seen from outside, and what is done to its record besides is refused", async () => {
  await openTenant(admin(), { id: "slow", name: "The slow" }, { actor: "test" });
  await requestErasure(admin(), of("slow"), { confirm: "The slow", reason: "contract ended" });
  await withClient(admin(), async (client) => {
    await client.query("select pg_advisory_lock(hashtext('tenant erasure'), hashtext('slow'))");
    expect(await erasureOf(admin(), of("slow"))).toMatchObject({ atWork: true });
    await client.query("select pg_advisory_unlock_all()");
  });
  expect(await erasureOf(admin(), of("slow"))).toMatchObject({ atWork: false });
  for (const change of ["attempts = -1", "attempts = 1, reason = 'another'", "interruption = 'without a moment'", "state = 'done'"])
    await expect(admin().query(`update audit.tenant_erasures set ${change} where tenant_id = 'slow'`)).rejects.toMatchObject({
      code: expect.stringMatching(/^23/),
    });
});
