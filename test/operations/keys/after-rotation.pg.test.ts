import { createHash, randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { Proof } from "../../../src/accounts/contract.ts";
import { checkProof } from "../../../src/audit/proof/check-proof.ts";
import { proveEntry } from "../../../src/audit/proof/proof.ts";
import { rotateKeys } from "../../../src/operations/keys/rotate.ts";
import { keyStatus } from "../../../src/operations/keys/status.ts";
import { withClient } from "../../../src/postgres/connect.ts";
import type { DeliveryPage, EntryPage, UploadAnswer } from "../../../src/statements/contract.ts";
import { testSealing } from "../../audit/sealing.ts";
import { testApi } from "../../helpers/api.ts";
import { camt053 } from "../../helpers/camt.ts";
import { formOf } from "../../helpers/form.ts";

// What was stored before a rotation and is compared after it: seals, fingerprints, digests, blind indexes. None may depend on ciphertext.
const api = testApi();
const sealing = testSealing({
  get current() {
    return api.current.database;
  },
});
const entries = 1_100;
const acme = { tenantId: "acme", actor: "test" };
const idempotent = { "idempotency-key": randomUUID() };
let first: UploadAnswer;
let digests: readonly string[];

const statement = (id = "S-1", amount = "1.00", day = "2026-03-02") => {
  const lines = Array.from({ length: entries }, (_, line) => ({ amount, text: `payment ${line}` }));
  const text = camt053({ id, day, opening: "0.00", closing: `${entries}.00`, entries: lines });
  return text.replaceAll("<RmtInf>", "<RltdPties><DbtrAcct><Id><IBAN>DE88100900001234567892</IBAN></Id></DbtrAcct></RltdPties><RmtInf>");
};

async function upload(payload: string, headers: Record<string, string> = {}): Promise<UploadAnswer> {
  const form = await formOf({ "DE88-march.xml": payload });
  const sent = { ...api.current.keys.acme, ...form.headers, ...headers };
  return (await api.current.app.inject({ method: "POST", url: "/api/v1/statements", payload: form.payload, headers: sent })).json();
}

async function get<T>(path: string): Promise<T> {
  const answer = await api.current.app.inject({ url: `/api/v1${path}`, headers: api.current.keys.acme });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

/** As docs/why/audit-in-the-database.md says it: rows as text, columns by name, without ciphertext. */
async function recomputedDigest(table: string, columns: string): Promise<string> {
  const { rows } = await api.current.database.admin.query<{ digest: string }>(
    `select encode(sha256(string_agg(hash, '' order by hash)), 'hex') as digest
     from (select sha256(convert_to(row(${columns})::text, 'UTF8')) as hash from cash_management.${table} where tenant_id = 'acme') as hashed`,
  );
  return rows[0]?.digest ?? "";
}

const columnsOf = async (table: string) => {
  const { rows } = await api.current.database.admin.query<{ columns: string }>(
    `select string_agg(attname, ', ' order by attname) as columns from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname not like '%\\_encrypted'`,
    [`cash_management.${table}`],
  );
  return rows[0]?.columns ?? "";
};

async function storedDigests(operation: string): Promise<string[]> {
  const { rows } = await api.current.database.admin.query<{ digest: string }>(
    `select encode(digest, 'hex') as digest from audit.audit_log
     where tenant_id = 'acme' and table_name = 'cm_bank_transactions' and operation = $1 and digest is not null order by id`,
    [operation],
  );
  return rows.map(({ digest }) => digest);
}

beforeAll(async () => {
  first = await upload(statement(), idempotent);
  digests = await storedDigests("INSERT");
  await sealing.current.sealEverything();
  const { version, values } = await rotateKeys(api.current.database.admin, acme);
  expect({ version, values: values > entries }).toEqual({ version: 2, values: true });
  expect((await keyStatus(api.current.database.admin, acme)).older).toBe(0);
});

test("the digest that the trail keeps of a batch fits its rows, and so does the digest of the rotation's own batch", async () => {
  const recomputed = await recomputedDigest("cm_bank_transactions", await columnsOf("cm_bank_transactions"));
  expect(digests).toEqual([recomputed]);
  expect(await storedDigests("UPDATE")).toEqual([recomputed]);
});

test("seals of days hold, and the figure is proven down to the file's bytes", async () => {
  const accountId = first.files[0]?.statements[0]?.accountId;
  const proof = await get<Proof>(`/accounts/${accountId}/proof?day=2026-03-02`);
  expect(proof).toMatchObject({
    state: "sealed",
    amount: `${entries}.00`,
    sealCheck: { holds: true },
    delivery: { file: "DE88-march.xml" },
  });
  const { app, keys } = api.current;
  const file = await app.inject({ url: `/api/v1/deliveries/${proof.delivery?.id}/file`, headers: keys.acme });
  expect(createHash("sha256").update(file.rawPayload).digest("hex")).toBe(proof.delivery?.sha256);
});

test("seals of the trail hold, the rotation's entries are sealed too, and a proof taken now checks offline", async () => {
  const { admin } = api.current.database;
  await sealing.current.sealEverything();
  const verdict = await withClient(admin, (client) => sealing.current.verify(client));
  expect(verdict.faults).toEqual([]);
  const { rows } = await admin.query<{ id: string }>(
    "select id::text from audit.audit_log where tenant_id = 'acme' and digest is not null order by id limit 1",
  );
  const proof = await withClient(admin, (client) => proveEntry(client, "acme", BigInt(rows[0]?.id ?? 0)));
  expect(checkProof(JSON.stringify(proof), [sealing.current.key])).toMatchObject({ holds: true });
});

test("the same file is known again, the same statement in another file too, and no entry is doubled", async () => {
  expect((await upload(statement())).files[0]).toMatchObject({ outcome: "duplicate", newEntries: 0 });
  const other = (await upload(`${statement()}\n`)).files[0];
  expect(other).toMatchObject({ outcome: "imported", newEntries: 0, statements: [{ outcome: "duplicate" }] });
  const more = statement("S-2").replace("</Stmt>", "<AddtlStmtInf>again</AddtlStmtInf></Stmt>");
  expect((await upload(more)).files[0]).toMatchObject({ newEntries: 0 });
  const accountId = first.files[0]?.statements[0]?.accountId;
  expect((await get<EntryPage>(`/accounts/${accountId}/entries?limit=500&text=payment 1099`)).items).toHaveLength(1);
  expect((await get<DeliveryPage>("/deliveries")).items.map(({ file }) => file)).toContain("DE88-march.xml");
});

test("a request that is repeated gets its answer, kept encrypted: no name, digest or plain hash of a file stands beside it", async () => {
  expect(await upload(statement(), idempotent)).toEqual(first);
  const { rows } = await api.current.database.admin.query<{ kept: string; hash: string }>(
    "select row_to_json(k)::text as kept, request_index as hash from cash_management.cm_idempotency_keys as k where key = $1",
    [idempotent["idempotency-key"]],
  );
  const sha256 = first.files[0]?.sha256 ?? "";
  expect(rows[0]?.kept).toContain("4150470100000002");
  for (const secret of ["march", sha256, Buffer.from("march").toString("hex")]) expect(rows[0]?.kept).not.toContain(secret);
  const guess = createHash("sha256").update(`POST /api/v1/statements\n${sha256} DE88-march.xml`).digest("hex");
  expect(rows[0]?.hash).not.toBe(guess);
  expect(await upload(statement("S-3"), idempotent)).toMatchObject({ code: "idempotency_key_reused" });
});
