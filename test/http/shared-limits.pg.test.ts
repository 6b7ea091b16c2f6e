import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HttpApplication } from "../../src/http/application.ts";
import { RequestCounts } from "../../src/http/request-counts.ts";
import { countInDatabase } from "../../src/http/shared-counts.ts";
import { makeServer } from "../../src/server.ts";
import { origin } from "../access/caller.ts";
import { testApi } from "../helpers/api.ts";

const api = testApi();
/** Two processes of one installation, as far as the database can tell. */
const both: HttpApplication[] = [];
beforeAll(async () => {
  const { database, uploadFolder } = api.current;
  for (let process = 0; process < 2; process += 1)
    both.push(
      await makeServer({
        app: database.app,
        gate: database.gate,
        host: "127.0.0.1",
        port: 0,
        log: { level: "silent" },
        pages: null,
        limits: { requestsPerMinutePerAddress: 100_000, requestsPerMinutePerTenant: 200 },
        uploadFolder,
      }),
    );
});
afterAll(() => Promise.all(both.map((app) => app.close())));

/** Windows are minutes of the clock: a test that would run over the edge of one waits for the next. */
async function wholeWindow(seconds: number): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < seconds * 1000) await delay(left + 50);
}

describe("over two processes", () => {
  test("an address tries 20 passwords a minute, not 20 at each", async () => {
    await wholeWindow(6);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 24; attempt += 1) {
      const answer = await (both[attempt % 2] as HttpApplication).inject({
        method: "POST",
        url: "/api/v1/session",
        headers: origin,
        payload: { email: `nobody-${attempt}@acme.example`, password: "wrong" },
        remoteAddress: "10.7.0.1",
      });
      statuses.push(answer.statusCode);
      if (attempt === 23) {
        expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
        expect(answer.headers).toMatchObject({ "ratelimit-limit": "20", "ratelimit-remaining": "0" });
      }
    }
    expect(statuses).toEqual([...Array(20).fill(401), ...Array(4).fill(429)]);
    const elsewhere = {
      method: "POST",
      url: "/api/v1/session",
      headers: origin,
      payload: { email: "x@y.example", password: "wrong" },
      remoteAddress: "10.7.0.2",
    } as const;
    expect((await both[0]?.inject(elsewhere))?.statusCode, "another address is not held").toBe(401);
  });

  test("a tenant's requests at one are known to the other within a second or so, and other tenants go on", async () => {
    await wholeWindow(8);
    const ask = (at: number, headers = api.current.keys.acme) => (both[at] as HttpApplication).inject({ url: "/api/v1/accounts", headers });
    const first = await ask(0);
    expect(first.headers).toMatchObject({ "ratelimit-limit": "200", "ratelimit-remaining": "199" });
    for (let sent = 1; sent < 150; sent += 1) await ask(0);
    await expect.poll(async () => Number((await ask(1)).headers["ratelimit-remaining"]), { timeout: 5000, interval: 200 }).toBeLessThan(60);
    let refused = await ask(1);
    for (let sent = 0; sent < 60 && refused.statusCode !== 429; sent += 1) refused = await ask(1);
    expect(refused.json()).toMatchObject({ code: "too_many_requests", status: 429 });
    expect(refused.headers).toMatchObject({ "ratelimit-remaining": "0", "retry-after": expect.stringMatching(/^\d+$/) });
    expect((await ask(1, api.current.keys.globex)).statusCode).toBe(200);
  });
});

test("a database that does not answer leaves each process its own count", async () => {
  const counts = new RequestCounts(() => Promise.reject(new Error("gone")));
  await wholeWindow(1);
  expect(await counts.countExactly("a", 60_000)).toMatchObject({ current: 1 });
  expect(counts.count("a", 60_000)).toMatchObject({ current: 2 });
  await counts.send();
  expect(counts.count("a", 60_000)).toMatchObject({ current: 3 });
  await counts.close();
});

test("nothing in the database says whose requests they were, and no tenant's SQL reaches them", async () => {
  const add = countInDatabase(api.current.database.gate);
  const endsAt = new Date(Date.now() + 60_000);
  expect(
    await add([
      { bucket: "b 10.1.2.3", hits: 2, endsAt },
      { bucket: "a tenant acme", hits: 1, endsAt },
    ]),
  ).toEqual([2, 1]);
  expect(await add([{ bucket: "a tenant acme", hits: 4, endsAt }])).toEqual([5]);
  const { rows } = await api.current.database.admin.query("select string_agg(bucket, ' ') as buckets from maintenance.request_counts");
  expect(rows[0].buckets).not.toMatch(/acme|10\.1/);
  for (const pool of [api.current.database.app, api.current.database.gate])
    await expect(pool.query("select * from maintenance.request_counts")).rejects.toMatchObject({ code: "42501" });
  await expect(api.current.database.app.query("select * from cash_management.count_requests('{}', '{}', '{}')")).rejects.toMatchObject({
    code: "42501",
  });
});
