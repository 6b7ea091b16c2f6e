import { beforeAll, expect, test } from "vitest";
import { tenantKeys } from "../../../src/keys/key-ring.ts";
import { places } from "../../../src/keys/places.ts";
import { testApi } from "../../helpers/api.ts";
import { asTenant } from "../../helpers/postgres.ts";
import { type Call, callerFor } from "../caller.ts";

const api = testApi();
let administrator: Call;
let approver: Call;
beforeAll(async () => {
  administrator = await callerFor(api.current, "administrator@acme.example");
  approver = await callerFor(api.current, "approver@acme.example");
  await administrator("POST", "/api/v1/approval-policies", { kind: "sign_in" });
});
const approve = async (id: string) => (await approver("POST", `/api/v1/approvals/${id}/decision`, { decision: "approved" })).body.state;

test("rules of sessions are changed by the last approval, the first time and every time after", async () => {
  for (const sessionHours of [8, 6, 4]) {
    const asked = await administrator("PATCH", "/api/v1/access-rules", { sessionHours });
    expect(asked).toMatchObject({ status: 202, body: { kind: "sign_in", payload: { session_hours: sessionHours } } });
    expect(await approve(asked.body.id)).toBe("executed");
    expect((await administrator("GET", "/api/v1/access-rules")).body.sessionHours).toBe(sessionHours);
  }
});

test("so is the identity provider, with its secret, which stands in no request; and it is removed", async () => {
  for (const clientSecret of ["the first secret", "the second secret"]) {
    const provider = {
      name: "Login",
      issuer: "https://login.acme.example",
      clientId: "apg",
      allowedDomains: ["acme.example"],
      clientSecret,
    };
    const asked = await administrator("PUT", "/api/v1/identity-provider", { ...provider, name: `Login ${clientSecret.length}` });
    expect(asked.status).toBe(202);
    expect(JSON.stringify(asked.body)).not.toContain('secret":"the');
    expect(JSON.stringify(asked.body)).not.toContain(clientSecret);
    expect(await approve(asked.body.id)).toBe("executed");
    const kept = await asTenant(api.current.database, "acme", async (tx) => {
      const { rows } = await tx.query<{ secret: Buffer }>(
        "select client_secret as secret from cash_management.cm_identity_providers where tenant_id = $1",
        [tx.tenantId],
      );
      return (await tenantKeys(tx)).decryptText(places.clientSecret, "acme", rows[0]?.secret as Buffer);
    });
    expect(kept).toBe(clientSecret);
  }
  const removal = await administrator("DELETE", "/api/v1/identity-provider");
  expect(await approve(removal.body.id)).toBe("executed");
  expect((await administrator("GET", "/api/v1/identity-provider")).body.provider).toBeNull();
});
