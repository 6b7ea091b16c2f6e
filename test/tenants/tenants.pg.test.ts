import { expect, test } from "vitest";
import { problemOfDatabase } from "../../src/errors/database.ts";
import { Problem } from "../../src/errors/problem.ts";
import { tenantRead } from "../../src/postgres/transaction.ts";
import { createTenant, listTenants, todayOfTenant } from "../../src/tenants/tenants.ts";
import { testApi } from "../helpers/api.ts";

const api = testApi();

test("an administrator opens a tenant and sees all of them", async () => {
  const made = await createTenant(api.current.database.admin, { id: "initech", name: "Initech", reportingCurrency: "USD" }, "test");
  expect(made).toMatchObject({ id: "initech", status: "active", reportingCurrency: "USD", timeZone: "Europe/Berlin" });
  expect((await listTenants(api.current.database.admin)).map(({ id }) => id)).toEqual(["acme", "globex", "initech"]);
});

test("the program's own role can neither open nor list tenants", async () => {
  const { app } = api.current.database;
  await expect(createTenant(app, { id: "mine", name: "Mine" }, "test")).rejects.toMatchObject({ code: "42501" });
  await expect(listTenants(app)).rejects.toMatchObject({ code: "42501" });
});

test("today is the day it is where the tenant is", async () => {
  const { admin, app } = api.current.database;
  await createTenant(admin, { id: "auckland", name: "Auckland", timeZone: "Pacific/Auckland" }, "test");
  await createTenant(admin, { id: "honolulu", name: "Honolulu", timeZone: "Pacific/Honolulu" }, "test");
  const noonUtc = new Date("2026-11-22T12:00:00Z");
  const day = (tenantId: string) => tenantRead(app, { tenantId, actor: "test" }, (tx) => todayOfTenant(tx, noonUtc));
  expect([await day("auckland"), await day("honolulu")]).toEqual(["2026-11-23", "2026-11-22"]);
});

test("an id that is taken is a conflict", async () => {
  const error = await createTenant(api.current.database.admin, { id: "acme", name: "Again" }, "test").catch((thrown: unknown) => thrown);
  expect(problemOfDatabase(error)).toMatchObject({ code: "conflict", message: "a tenant with this id exists" });
});

test.each([
  [{ id: "Upper Case", name: "x" }, "is not a tenant id"],
  [{ id: "zone", name: "x", timeZone: "Mars/Olympus" }, "is not a time zone"],
  [{ id: "money", name: "x", reportingCurrency: "XYZ" }, "is not an ISO 4217 currency"],
])("%j is refused", async (tenant, fact) => {
  const attempt = createTenant(api.current.database.admin, tenant, "test");
  await expect(attempt).rejects.toThrow(fact);
  await expect(attempt).rejects.toBeInstanceOf(Problem);
});
