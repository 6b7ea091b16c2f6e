import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { localKey } from "../../src/keys/key-encryption-key.ts";
import { wrapContext } from "../../src/keys/key-ring.ts";
import { withClient } from "../../src/postgres/connect.ts";
import type { UploadAnswer } from "../../src/statements/contract.ts";
import { testApi } from "../helpers/api.ts";
import { camt053 } from "../helpers/camt.ts";
import { testKey } from "../helpers/keys.ts";

// invariant 29 as a person meets it: each reason why a value does not open is an answer of its own over HTTP, and none is an empty value.
const api = testApi();
const ids: Record<string, string> = {};

beforeAll(async () => {
  const { app, keys } = api.current;
  for (const [name, headers, day] of [
    ["one", keys.acme, 2],
    ["two", keys.acme, 3],
    ["foreign", keys.globex, 2],
  ] as const) {
    const payload = camt053({ day: `2026-03-0${day}`, opening: "0.00", closing: "1.00", entries: [{ amount: "1.00", text: name }] });
    const sent = { ...headers, "content-type": "application/xml" };
    const answer = await app.inject({ method: "POST", url: "/api/v1/statements", payload, headers: sent });
    ids[name] = answer.json<UploadAnswer>().files[0]?.deliveryId ?? "";
  }
});

const nameOf = (delivery: string) => `(select file_name_encrypted from cash_management.cm_deliveries where id = '${ids[delivery]}')`;
const nameBecomes = (value: string) => `update cash_management.cm_deliveries set file_name_encrypted = ${value} where id = '${ids["one"]}'`;
const keyBecomes = (change: string, more = "") => `update cash_management.cm_data_keys set ${change} where tenant_id = 'acme' ${more}`;

/** What the API answers while the database is as `tamper` makes it; then it is put back. */
async function answerAfter(tamper: string, values: readonly unknown[] = []) {
  const { database, app, keys } = api.current;
  const kept = ["cm_deliveries", "cm_data_keys"];
  return withClient(database.admin, async (client) => {
    // As a superuser who edits rows, whatever triggers say.
    await client.query("set session_replication_role = replica");
    for (const table of kept) await client.query(`create temporary table kept_${table} as table cash_management.${table}`);
    try {
      await client.query(tamper, [...values]);
      return {
        one: await app.inject({ url: `/api/v1/deliveries/${ids["one"]}`, headers: keys.acme }),
        list: await app.inject({ url: "/api/v1/deliveries", headers: keys.acme }),
        other: await app.inject({ url: "/api/v1/deliveries", headers: keys.globex }),
      };
    } finally {
      for (const table of kept) {
        await client.query(`delete from cash_management.${table}; insert into cash_management.${table} table kept_${table}`);
        await client.query(`drop table kept_${table}`);
      }
      await client.query("reset session_replication_role");
    }
  });
}

async function expectProblem(code: string, status: number, tamper: string, values: readonly unknown[] = []): Promise<void> {
  const { one, list, other } = await answerAfter(tamper, values);
  for (const answer of [one, list]) {
    expect(answer.json()).toMatchObject({ code, status, type: `/docs/errors#${code}`, hint: expect.any(String) });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  }
  expect(other.statusCode).toBe(200);
}

describe("invariant 29: over HTTP", () => {
  test.each([
    ["a value of another row", "ciphertext_of_other_row", () => nameOf("two")],
    ["a value of another tenant", "ciphertext_of_other_tenant", () => nameOf("foreign")],
    ["a value of another column", "ciphertext_of_other_column", () => "sha256_encrypted"],
    [
      "a value of another table",
      "ciphertext_of_other_table",
      () => "(select account_number_encrypted from cash_management.cm_cash_accounts where tenant_id = 'acme' limit 1)",
    ],
    ["a byte that was altered", "ciphertext_altered", () => "set_byte(file_name_encrypted, 41, 255 - get_byte(file_name_encrypted, 41))"],
    ["a value that was cut off", "ciphertext_truncated", () => "substring(file_name_encrypted from 1 for 50)"],
  ])("%s is told as %s", async (_what, code, value) => {
    await expectProblem(code, 500, nameBecomes(value()));
  });

  test("a data key that is not there, another in its place, one that was altered", async () => {
    const later = await testKey.wrap(randomBytes(32), wrapContext("acme", "value", 9));
    await expectProblem("data_key_missing", 500, keyBecomes("version = 9, wrapped = $1", "and purpose = 'value'"), [later]);
    const another = await testKey.wrap(randomBytes(32), wrapContext("acme", "value", 1));
    await expectProblem("ciphertext_of_other_key", 500, keyBecomes("wrapped = $1", "and purpose = 'value'"), [another]);
    await expectProblem("data_key_altered", 500, keyBecomes("wrapped = set_byte(wrapped, 20, 255 - get_byte(wrapped, 20))"));
    await expectProblem(
      "data_key_altered",
      500,
      keyBecomes(
        "wrapped = (select wrapped from cash_management.cm_data_keys where tenant_id = 'globex' and purpose = 'value')",
        "and purpose = 'value'",
      ),
    );
  });

  test("another key-encryption key, no active data key, and keys that were shredded", async () => {
    await expectProblem("key_mismatch", 503, keyBecomes("kek_id = $1, wrapped = sha256(wrapped)"), [
      localKey(randomBytes(32), "another").id,
    ]);
    await expectProblem("key_missing", 503, keyBecomes("state = 'retired', retired_at = now()", "and purpose = 'value'"));
    await expectProblem("key_shredded", 410, keyBecomes("state = 'shredded', wrapped = null, shredded_at = now()"));
  });

  test("a text that was never encrypted does not get in, whoever writes it", async () => {
    const clear = "convert_to('march.xml, in clear, and long enough to look like a value of ours', 'UTF8')";
    await expect(api.current.database.admin.query(nameBecomes(clear))).rejects.toMatchObject({ constraint: "delivery_is_encrypted" });
  });

  test("after all that everything reads as before", async () => {
    const { app, keys } = api.current;
    const list = await app.inject({ url: "/api/v1/deliveries", headers: keys.acme });
    expect(list.json<{ items: unknown[] }>().items).toHaveLength(2);
  });
});
