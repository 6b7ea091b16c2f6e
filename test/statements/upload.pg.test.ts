import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { clearUploads } from "../../src/http/uploads.ts";
import type { UploadAnswer } from "../../src/statements/contract.ts";
import { testApi } from "../helpers/api.ts";
import { camt053 } from "../helpers/camt.ts";
import { formOf } from "../helpers/form.ts";
import { hostileFiles } from "../helpers/hostile-files.ts";

const api = testApi();

let day = 0;
/** A statement that no other test has sent. */
function fresh(): string {
  day += 1;
  const closing = `${100 + day}.00`;
  return camt053({
    account: `DE${String(day).padStart(20, "0")}`,
    day: "2026-03-02",
    opening: "100.00",
    closing,
    entries: [{ amount: `${day}.00` }],
  });
}

async function uploadForm(files: Record<string, string>, headers: Record<string, string> = {}) {
  const form = await formOf(files);
  return api.current.app.inject({
    method: "POST",
    url: "/api/v1/statements",
    payload: form.payload,
    headers: { ...api.current.keys.acme, ...form.headers, ...headers },
  });
}

const uploadBody = (payload: string | Buffer, headers: Record<string, string> = {}) =>
  api.current.app.inject({
    method: "POST",
    url: "/api/v1/statements",
    payload,
    headers: { ...api.current.keys.acme, "content-type": "application/octet-stream", ...headers },
  });

const count = async (table: string) => {
  const { rows } = await api.current.database.admin.query<{ count: bigint }>(`select count(*) from cash_management.${table}`);
  return Number(rows[0]?.count);
};

describe("uploading statements", () => {
  test("a form of files is answered file by file: imported, known already, refused", async () => {
    const known = fresh();
    await uploadForm({ "known.xml": known });
    const answer = await uploadForm({ "new.xml": fresh(), "again.xml": known, "photo.jpg": "not a statement" });
    expect(answer.statusCode).toBe(201);
    const { files } = answer.json<UploadAnswer>();
    expect(files.map(({ file, outcome }) => [file, outcome])).toEqual([
      ["new.xml", "imported"],
      ["again.xml", "duplicate"],
      ["photo.jpg", "refused"],
    ]);
    expect(files[0]).toMatchObject({
      format: "camt.053",
      entries: 1,
      newEntries: 1,
      statements: [{ outcome: "new", closing: expect.any(String) }],
    });
    expect(files[2]?.problems[0]).toMatchObject({ severity: "refusal", code: "FORMAT_UNKNOWN" });
  });

  test("a single file as the body is taken with the name of its header, without a path", async () => {
    const answer = await uploadBody(fresh(), { "x-file-name": encodeURIComponent("../März/Auszug.xml") });
    expect(answer.statusCode).toBe(201);
    expect(answer.json<UploadAnswer>().files[0]).toMatchObject({ file: "Auszug.xml", outcome: "imported" });
  });

  test("the same file again is answered 200 and changes nothing", async () => {
    const text = fresh();
    await uploadBody(text);
    const before = await count("cm_bank_transactions");
    const answer = await uploadBody(text);
    expect(answer.statusCode).toBe(200);
    expect(answer.json<UploadAnswer>().files[0]).toMatchObject({ outcome: "duplicate", newEntries: 0 });
    expect(await count("cm_bank_transactions")).toBe(before);
  });

  test("a single file that cannot be read is refused with file, line and what was expected", async () => {
    const answer = await uploadBody("hello", { "x-file-name": "hello.txt" });
    expect(answer.statusCode).toBe(422);
    expect(answer.headers["content-type"]).toMatch(/problem\+json/);
    expect(answer.json()).toMatchObject({
      code: "statement_refused",
      facts: { file: { outcome: "refused", problems: [{ code: "FORMAT_UNKNOWN" }] } },
    });
    expect(answer.json<{ detail: string }>().detail).toContain("hello.txt, line 1");
  });

  test("two uploads of one file at once import it once", async () => {
    const text = fresh();
    const answers = await Promise.all([uploadBody(text), uploadBody(text)]);
    const outcomes = answers.map((answer) => answer.json<UploadAnswer>().files[0]?.outcome);
    expect(outcomes.sort()).toEqual(["duplicate", "imported"]);
  });

  test("nothing of an upload is left on the disk of the server", async () => {
    await uploadForm({ "a.xml": fresh(), "b.txt": "junk" });
    expect(readdirSync(api.current.uploadFolder)).toEqual([]);
  });

  test("what a killed server left is removed after a day", async () => {
    const folder = mkdtempSync(join(tmpdir(), "apg-test-"));
    const [old, young] = [join(folder, "apg-upload-old"), join(folder, "apg-upload-young")];
    for (const path of [old, young]) mkdirSync(path);
    utimesSync(old, new Date(0), new Date(0));
    await clearUploads(folder);
    expect(readdirSync(folder)).toEqual(["apg-upload-young"]);
    rmSync(folder, { recursive: true });
  });
});

describe("an upload is refused", () => {
  test("without a proof, and with a key that may only read", async () => {
    expect((await uploadBody(fresh(), { authorization: "Bearer apg_nobody-nobody" })).statusCode).toBe(401);
    expect((await uploadBody(fresh(), api.current.keys.acmeReadOnly)).json()).toMatchObject({ code: "forbidden" });
  });

  test("when a form has no file", async () => {
    expect((await uploadForm({})).json()).toMatchObject({ code: "invalid_input" });
  });

  test("when it is compressed for the way", async () => {
    expect((await uploadBody(fresh(), { "content-encoding": "gzip" })).json()).toMatchObject({ code: "unsupported_media_type" });
  });

  test("when it is larger than allowed, as announced or as it turns out", async () => {
    const large = Buffer.alloc(3 * 1024 * 1024, "x");
    expect((await uploadBody(large)).json()).toMatchObject({ code: "payload_too_large", status: 413 });
    expect((await uploadForm({ "large.txt": large.toString() })).json()).toMatchObject({ code: "payload_too_large" });
  });
});

describe("with an idempotency key", () => {
  test("the same upload again gets the stored answer, and is not run", async () => {
    const [key, text] = [randomUUID(), fresh()];
    const first = await uploadBody(text, { "idempotency-key": key });
    const again = await uploadBody(text, { "idempotency-key": key });
    expect(again.statusCode).toBe(201);
    expect(again.json()).toEqual(first.json());
  });

  test("another upload is refused, and another tenant's key of the same text is another key", async () => {
    const key = randomUUID();
    await uploadBody(fresh(), { "idempotency-key": key });
    expect((await uploadBody(fresh(), { "idempotency-key": key })).json()).toMatchObject({ code: "idempotency_key_reused", status: 409 });
    expect((await uploadBody(fresh(), { "idempotency-key": key, ...api.current.keys.globex })).statusCode).toBe(201);
  });

  test("a refusal is repeated too", async () => {
    const key = randomUUID();
    const first = await uploadBody("junk", { "idempotency-key": key });
    const again = await uploadBody("junk", { "idempotency-key": key });
    expect([first.statusCode, again.statusCode]).toEqual([422, 422]);
    expect(again.json<{ detail: string }>().detail).toBe(first.json<{ detail: string }>().detail);
  });

  test("of two at once one runs, and the other gets its answer or is told to wait", async () => {
    const [key, text] = [randomUUID(), fresh()];
    const answers = await Promise.all(Array.from({ length: 4 }, () => uploadBody(text, { "idempotency-key": key })));
    const imported = answers.filter((answer) => answer.statusCode === 201);
    expect(imported.length).toBeGreaterThan(0);
    for (const answer of answers) expect([201, 409]).toContain(answer.statusCode);
    for (const answer of answers.filter(({ statusCode }) => statusCode === 409))
      expect(answer.json()).toMatchObject({ code: "idempotency_key_in_use" });
    const later = await uploadBody(text, { "idempotency-key": key });
    expect(later.json()).toEqual(imported[0]?.json());
  });

  test.each(["", "with blank", "x".repeat(201)])("the key %j is refused", async (key) => {
    expect((await uploadBody(fresh(), { "idempotency-key": key })).statusCode).toBe(400);
  });
});

test("a large upload passes through without being held in memory", async () => {
  const { app } = api.current;
  const address = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  const piece = Buffer.alloc(64 * 1024, " ");
  const pieces = 31; // just below the limit of this test's server, and 40 uploads at once
  const before = process.memoryUsage();
  let most = 0;
  const watch = setInterval(() => {
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    most = Math.max(most, arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed);
  }, 5);
  const send = () =>
    new Promise<number>((resolve, reject) => {
      const request = httpRequest(new URL("/api/v1/statements", address), {
        method: "POST",
        headers: { ...api.current.keys.acme, "content-type": "text/plain", "transfer-encoding": "chunked" },
      });
      request.on("response", (response) => response.resume().on("end", () => resolve(response.statusCode ?? 0)));
      request.on("error", reject);
      let sent = 0;
      const next = () => {
        sent += 1;
        if (sent > pieces) request.end();
        else request.write(piece, next);
      };
      next();
    });
  const statuses = await Promise.all(Array.from({ length: 40 }, send));
  clearInterval(watch);
  expect(new Set(statuses)).toEqual(new Set([422]));
  // 40 x 2 MB came in: held whole they would be more than 80 MB.
  expect(most).toBeLessThan(60 * 1024 * 1024);
});

describe("a hostile file", () => {
  test.each(hostileFiles())("$what is refused over HTTP with the reason, and kept as it came", async ({ name, bytes, code, message }) => {
    const answer = await uploadBody(Buffer.from(bytes), { "x-file-name": name });
    expect(answer.json()).toMatchObject({
      ...{ status: 422, code: "statement_refused", detail: expect.stringMatching(message) },
    });
    expect(JSON.stringify(answer.json())).toContain(code);
  });

  test("of 2 GB is turned away by its announced length, before a byte is taken", async () => {
    const answer = await uploadBody("", { "content-length": String(2 * 1024 ** 3) });
    expect(answer.json()).toMatchObject({ code: "payload_too_large", status: 413 });
  });
});
