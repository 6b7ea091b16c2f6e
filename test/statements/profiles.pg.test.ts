import { describe, expect, test } from "vitest";
import type { Delivery, UploadAnswer, UploadedFile } from "../../src/statements/contract.ts";
import type { StatementPreview } from "../../src/statements/preview/contract.ts";
import type { NewProfile, ReadTerms, StatementProfile } from "../../src/statements/profiles/contract.ts";
import { testApi } from "../helpers/api.ts";
import { camt053 } from "../helpers/camt.ts";
import { formOf } from "../helpers/form.ts";
import { asTenant } from "../helpers/postgres.ts";

const api = testApi();
const iban = "DE89370400440532013000";
let serial = 0;
const next = () => {
  serial += 1;
  return serial;
};

/** A table that names neither account nor currency; no two are the same file. */
function table(rows = "22.04.2026;Zins;5,00\n01.04.2026;Miete;-12,50\n"): string {
  serial += 1;
  return `Buchungstag;Verwendungszweck;Umsatz\n${rows}23.04.2026;Nummer ${serial};${serial},00\n`;
}

async function upload(files: Record<string, string>, terms?: ReadTerms, path = "statements", keys = api.current.keys.acme) {
  const form = await formOf(files, terms === undefined ? {} : { terms: JSON.stringify(terms) });
  return api.current.app.inject({ method: "POST", url: `/api/v1/${path}`, payload: form.payload, headers: { ...keys, ...form.headers } });
}

const call = (method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object, keys = api.current.keys.acme) =>
  api.current.app.inject({ method, url: `/api/v1/${path}`, headers: keys, ...(body === undefined ? {} : { payload: body }) });

async function one(text: string, terms?: ReadTerms): Promise<UploadedFile> {
  return (await upload({ "a.csv": text }, terms)).json<UploadAnswer>().files[0] as UploadedFile;
}

const count = async (name: string) =>
  Number((await api.current.database.admin.query<{ count: bigint }>(`select count(*) from cash_management.${name}`)).rows[0]?.count);

/** A fresh profile of columns that no other test uses. */
function profileOf(text: string, more: Partial<NewProfile> = {}): NewProfile {
  const columns = (text.split("\n")[0] as string).split(";").map((header, position) => ({
    header,
    position,
    role: (["bookingDate", "text", "amount"] as const)[position] ?? null,
  }));
  serial += 1;
  return { name: `Profile ${serial}`, table: { columns, dayOrder: "dmy", decimal: "," }, ...more };
}

describe("a file without account or currency", () => {
  test("is refused with what to say, kept, and imported when somebody says it, without being sent again", async () => {
    const refused = await one(table());
    expect(refused).toMatchObject({ outcome: "refused", deliveryId: expect.any(String) });
    expect(refused.problems.map(({ code }) => code)).toEqual(["ACCOUNT_MISSING", "CURRENCY_MISSING", "BALANCE_MISSING"]);
    expect(refused.problems[0]?.message).toContain("--account");
    const answer = await call("POST", `deliveries/${refused.deliveryId}/import`, { account: iban, currency: "EUR" });
    expect(answer.statusCode).toBe(200);
    expect(answer.json<UploadedFile>()).toMatchObject({ outcome: "imported", deliveryId: refused.deliveryId, entries: 3, newEntries: 3 });
    const [statement] = answer.json<UploadedFile>().statements;
    expect(statement).toMatchObject({ account: "3000", currency: "EUR", status: "unproven", opening: null, closing: null });
    const delivery = (await call("GET", `deliveries/${refused.deliveryId}`)).json<Delivery>();
    expect(delivery).toMatchObject({ status: "imported", readWith: { currency: "EUR" } });
    expect(JSON.stringify(delivery.readWith)).not.toContain(iban);
    // The same bytes again are known, whatever is said of them.
    expect((await call("POST", `deliveries/${refused.deliveryId}/import`, {})).json()).toMatchObject({ outcome: "duplicate" });
  });

  test("takes the account of the register, with its currency, and QIF does so too", async () => {
    const first = await one(table(), { account: iban, currency: "EUR" });
    const { accountId } = first.statements[0] as { accountId: string };
    const second = await one(table(), { accountId });
    expect(second.statements[0]).toMatchObject({ accountId, currency: "EUR", status: "unproven" });
    serial += 1;
    const qif = await one(`!Type:Bank\nD22/04/2026\nT-${serial}.00\nPSomebody\n^\n`, { account: iban });
    expect(qif).toMatchObject({ outcome: "imported", format: "qif", statements: [{ accountId, currency: "EUR" }] });
  });

  test("is told the difference when its bank names another account or currency", async () => {
    const file = camt053({ account: "DE02120300000000202051", day: "2026-03-02", opening: "1.00", closing: "1.00", entries: [] });
    const differs = await one(file, { account: iban });
    expect(differs.problems[0]).toMatchObject({ severity: "refusal", code: "ACCOUNT_DIFFERS" });
    expect(JSON.stringify(differs)).not.toContain(iban);
    expect((await one(file, { currency: "USD" })).problems[0]).toMatchObject({ code: "CURRENCY_DIFFERS" });
    expect(await one(file)).toMatchObject({ outcome: "imported" });
  });

  test.each([
    [{ accountId: "00000000-0000-4000-8000-000000000000" }, "not_found"],
    [{ account: iban, currency: "XYZ" }, "unknown_currency"],
    [{ account: "…" }, "invalid_input"],
    [{ profileId: "00000000-0000-4000-8000-000000000000" }, "not_found"],
  ])("with terms nobody can follow (%j) changes nothing", async (terms, code) => {
    const before = await count("cm_deliveries");
    expect((await upload({ "a.csv": table() }, terms)).json()).toMatchObject({ code });
    expect(await count("cm_deliveries")).toBe(before);
  });

  test("with terms that are no JSON, or say something unknown, is refused", async () => {
    const form = await formOf({ "a.csv": table() }, { terms: "{" });
    const answer = await api.current.app.inject({
      method: "POST",
      url: "/api/v1/statements",
      payload: form.payload,
      headers: { ...api.current.keys.acme, ...form.headers },
    });
    expect(answer.json()).toMatchObject({ code: "invalid_input" });
    expect((await upload({ "a.csv": table() }, { acount: iban } as ReadTerms)).json()).toMatchObject({ code: "invalid_input" });
  });
});

describe("what a table leaves open", () => {
  test("is asked by an import and never guessed", async () => {
    const text = `Date,Text,Amount\n03/04/2026,Rent ${next()},12.50\n`;
    const refused = await one(text, { account: iban, currency: "EUR" });
    expect(refused.problems).toMatchObject([{ severity: "refusal", code: "DATE_ORDER_AMBIGUOUS" }]);
    const id = refused.deliveryId;
    const seen = (await call("POST", `deliveries/${id}/preview`, {})).json<StatementPreview>();
    expect(seen.questions.map(({ about }) => about)).toEqual(["dayOrder", "account", "currency"]);
    const still = await call("POST", `deliveries/${id}/import`, { account: iban, currency: "EUR" });
    expect(still.json()).toMatchObject({ code: "statement_refused", hint: expect.stringContaining(`/deliveries/${id}/import`) });
    const table = { dayOrder: "mdy" };
    expect((await call("POST", `deliveries/${id}/import`, { account: iban, currency: "EUR", table })).json()).toMatchObject({
      outcome: "imported",
    });
    const [entry] = (await call("GET", `statements?limit=1`)).json<{ items: { openingDate: string }[] }>().items;
    expect(entry?.openingDate).toBe("2026-03-04");
  });

  test("a preview stores nothing", async () => {
    const before = [await count("cm_deliveries"), await count("cm_statements"), await count("cm_cash_accounts")];
    const seen = await upload(
      { "a.csv": table() },
      { account: iban, currency: "EUR" },
      "statements/preview",
      api.current.keys.acmeReadOnly,
    );
    expect(seen.json<StatementPreview>()).toMatchObject({
      accepted: true,
      questions: [],
      statements: [{ account: "3000", currency: "EUR", entries: 3 }],
    });
    expect([await count("cm_deliveries"), await count("cm_statements"), await count("cm_cash_accounts")]).toEqual(before);
  });
});

describe("a saved profile", () => {
  test("reads the next file with its columns without being asked", async () => {
    await one(table(), { account: iban, currency: "EUR" });
    const [account] = (await call("GET", "accounts?currency=EUR"))
      .json<{ items: { id: string; last4: string }[] }>()
      .items.filter(({ last4 }) => last4 === "3000");
    const text = () => `Tarih;Aciklama;Tutar\n03/04/2026;Kira ${next()};1.250\n`;
    const made = await call("POST", "statement-profiles", profileOf(text(), { accountId: account?.id ?? null }));
    expect(made.statusCode).toBe(201);
    const profile = made.json<StatementProfile>();
    const file = await one(text());
    expect(file).toMatchObject({
      outcome: "imported",
      statements: [{ accountId: account?.id, currency: "EUR", openingDate: "2026-04-03" }],
    });
    expect((await call("GET", `deliveries/${file.deliveryId}`)).json<Delivery>().readWith).toMatchObject({
      profileId: profile.id,
      table: { dayOrder: "dmy" },
    });
    // Of another tenant it is none.
    const other = await upload({ "a.csv": text() }, undefined, "statements", api.current.keys.globex);
    expect(other.json<UploadAnswer>().files[0]).toMatchObject({ outcome: "refused", problems: [{ code: "FORMAT_UNKNOWN" }] });
    expect((await call("GET", "statement-profiles", undefined, api.current.keys.globex)).json()).toEqual({ items: [] });
    expect((await call("PUT", `statement-profiles/${profile.id}`, profileOf(text()), api.current.keys.globex)).json()).toMatchObject({
      code: "not_found",
    });
  });

  test("of two that read one table differently, neither is guessed", async () => {
    const text = `Jour;Texte;Somme\n03/04/2026;Loyer;1,250\n`;
    await call("POST", "statement-profiles", profileOf(text));
    const second = profileOf(text);
    await call("POST", "statement-profiles", { ...second, table: { ...second.table, dayOrder: "mdy" } });
    expect((await one(text, { account: iban })).problems).toMatchObject([{ code: "PROFILES_SEVERAL" }]);
  });

  test("is changed and removed, and each change stands in the trail", async () => {
    const profile = (await call("POST", "statement-profiles", profileOf("A;B;C\n"))).json<StatementProfile>();
    const changed = await call("PUT", `statement-profiles/${profile.id}`, { name: "Renamed", currency: "CHF", table: profile.table });
    expect(changed.json()).toMatchObject({ name: "Renamed", currency: "CHF" });
    expect((await call("DELETE", `statement-profiles/${profile.id}`)).statusCode).toBe(204);
    expect((await call("DELETE", `statement-profiles/${profile.id}`)).json()).toMatchObject({ code: "not_found" });
    const trail = await api.current.database.admin.query<{ operation: string }>(
      "select operation from audit.audit_log where table_name = 'cm_statement_profiles' and row_key::text like '%' || $1 || '%' order by id",
      [profile.id],
    );
    expect(trail.rows.map(({ operation }) => operation)).toEqual(["INSERT", "UPDATE", "DELETE"]);
  });

  test("is refused under a name that is taken, without an amount, for an account of nobody, or by a reader", async () => {
    const good = profileOf("A1;B1;C1\n");
    await call("POST", "statement-profiles", good);
    expect((await call("POST", "statement-profiles", good)).json()).toMatchObject({ code: "conflict" });
    const columns = [{ header: "A", position: 0, role: "bookingDate" }];
    expect((await call("POST", "statement-profiles", { name: "x", table: { columns } })).json()).toMatchObject({ code: "invalid_input" });
    const nobody = { ...profileOf("A2;B2;C2\n"), accountId: "00000000-0000-4000-8000-000000000000" };
    expect((await call("POST", "statement-profiles", nobody)).json()).toMatchObject({ code: "not_found" });
    expect((await call("POST", "statement-profiles", profileOf("A3;B3;C3\n"), api.current.keys.acmeReadOnly)).statusCode).toBe(403);
  });

  test("that a bank connection reads with is not removed", async () => {
    const profile = (await call("POST", "statement-profiles", profileOf("A4;B4;C4\n"))).json<StatementProfile>();
    await asTenant(api.current.database, "acme", async (tx) => {
      await tx.query(
        `with bank as (insert into cash_management.cm_banks (tenant_id, name) values ($1, 'Hausbank') returning id)
         insert into cash_management.cm_bank_connections (tenant_id, bank_id, kind, name, profile_id)
         select $1::text, b.id, 'folder', 'Hausbank', $2::uuid from bank b`,
        ["acme", profile.id],
      );
    });
    expect((await call("DELETE", `statement-profiles/${profile.id}`)).json()).toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("Hausbank"),
    });
  });
});
