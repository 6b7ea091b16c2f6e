import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ErrorCode, vocabulary } from "../../src/errors/vocabulary.ts";
import { defaultLimits, type HttpApplication, makeApplication } from "../../src/http/application.ts";

const folder = mkdtempSync(join(tmpdir(), "apg-pages-"));
let app: HttpApplication;

const make = (pages: string | null) =>
  makeApplication(
    {
      log: { level: "silent" },
      authenticate: async () => null,
      ready: async () => {},
      pages,
      version: "0",
      trustProxy: false,
      limits: defaultLimits,
      counts: null,
    },
    async () => {},
  );

beforeAll(async () => {
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<title>pages</title>");
  writeFileSync(join(folder, "assets", "main-abc123.js"), "1");
  writeFileSync(join(folder, "..", "secret.txt"), "out of reach");
  app = await make(folder);
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
  rmSync(join(folder, "..", "secret.txt"));
});

describe("the pages", () => {
  test.each(["/", "/accounts/1", "/statements?from=2026-01-01"])("%s is the application, asked for anew each time", async (url) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain("<title>pages</title>");
    expect(answer.headers["cache-control"]).toBe("no-cache");
    expect(answer.headers["content-security-policy"]).toContain("script-src 'self';");
    expect(answer.headers["x-frame-options"]).toBe("DENY");
  });

  test("a file that is named by its content is kept for good", async () => {
    const answer = await app.inject({ url: "/assets/main-abc123.js" });
    expect(answer.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  });

  test.each(["/assets/gone.js", "/api/v1/accounts/", "/api/", "/favicon.ico"])("%s is not there, and is no page", async (url) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: "not_found" });
  });

  test.each(["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/assets/%2e%2e%5csecret.txt"])(
    "%s leads nowhere",
    async (url) => {
      expect((await app.inject({ url })).body).not.toContain("out of reach");
    },
  );

  test("a write to a page is refused", async () => {
    expect((await app.inject({ method: "POST", url: "/accounts" })).json()).toMatchObject({ code: "not_found" });
  });

  test("without built pages the API still serves, and says what to do", async () => {
    const bare = await make(null);
    expect((await bare.inject({ url: "/" })).json()).toMatchObject({ code: "not_found", hint: "The pages are not built: npm run build." });
    await bare.close();
  });
});

test("the page that problems point at explains every code", async () => {
  const { body } = await app.inject({ url: "/docs/errors" });
  for (const code of Object.keys(vocabulary) as ErrorCode[]) expect(body).toContain(`id="${code}"`);
});
