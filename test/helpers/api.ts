import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { createApiKey } from "../../src/access/api-keys.ts";
import type { Role } from "../../src/access/contract.ts";
import { createPerson } from "../../src/access/people.ts";
import type { HttpApplication } from "../../src/http/application.ts";
import { makeServer } from "../../src/server.ts";
import { createTenant } from "../../src/tenants/tenants.ts";
import { asTenant, createDatabase, type TestDatabase } from "./postgres.ts";

export const testPasswordOfPeople = "correct horse battery";

/** The real server over a real database, with two tenants, "acme" and "globex", a person of each role in acme, and keys. */
export interface TestApi {
  readonly app: HttpApplication;
  readonly database: TestDatabase;
  readonly uploadFolder: string;
  /** Authorization headers by name. */
  readonly keys: { readonly acme: Headers; readonly acmeReadOnly: Headers; readonly globex: Headers };
  /** Ids of the people of acme by role. */
  readonly people: Readonly<Record<Role, string>>;
}
type Headers = { readonly authorization: string };

export function testApi(): { readonly current: TestApi } {
  let api: TestApi | undefined;
  beforeAll(async () => {
    api = await openApi(await createDatabase());
  });
  afterAll(async () => {
    await api?.app.close();
    await api?.database.drop();
    if (api !== undefined) rmSync(api.uploadFolder, { recursive: true });
  });
  return {
    get current() {
      if (api === undefined) throw new Error("the API is there inside tests and hooks only");
      return api;
    },
  };
}

async function openApi(database: TestDatabase): Promise<TestApi> {
  await createTenant(database.admin, { id: "acme", name: "Acme Group" }, "test");
  await createTenant(database.admin, { id: "globex", name: "Globex" }, "test");
  const people = {} as Record<Role, string>;
  for (const role of ["treasurer", "analyst", "approver", "auditor", "administrator"] as const) {
    const person = { email: `${role}@acme.example`, name: `The ${role}`, role, password: testPasswordOfPeople };
    people[role] = (await asTenant(database, "acme", (tx) => createPerson(tx, person))).id;
  }
  const key = async (tenant: string, scopes: readonly ("read" | "write")[]) => {
    const made = await asTenant(database, tenant, (tx) => createApiKey(tx, { name: `${tenant} ${scopes.join(" ")}`, scopes }));
    return { authorization: `Bearer ${made.key}` };
  };
  const keys = {
    acme: await key("acme", ["read", "write"]),
    acmeReadOnly: await key("acme", ["read"]),
    globex: await key("globex", ["read", "write"]),
  };
  const uploadFolder = mkdtempSync(join(tmpdir(), "apg-test-uploads-"));
  const app = await makeServer({
    app: database.app,
    admin: database.admin,
    gate: database.gate,
    host: "127.0.0.1",
    port: 0,
    log: { level: "silent" },
    pages: null,
    limits: { requestsPerMinutePerAddress: 100_000, requestsPerMinutePerTenant: 100_000 },
    uploadFolder,
    uploadLimitBytes: 2 * 1024 * 1024,
    oidcInsecure: true,
  });
  return { app, database, uploadFolder, keys, people };
}
