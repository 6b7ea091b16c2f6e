import { beforeAll, describe, expect, test } from "vitest";
import type { CategoryFlows, Corrected, Rule, RuleTrial } from "../../src/categories/contract.ts";
import { correctCategories } from "../../src/categories/corrections.ts";
import { prefixStatement, searchCounterparties } from "../../src/categories/counterparties.ts";
import { addRule, removeRule, tryRule } from "../../src/categories/rules.ts";
import { requestRun } from "../../src/categories/run-list.ts";
import { sortWaiting } from "../../src/categories/runs.ts";
import { flowsByCategory } from "../../src/categories/tree.ts";
import type { Entry } from "../../src/statements/contract.ts";
import { importFile } from "../../src/statements/import.ts";
import { addDefaultCategories } from "../../src/tenants/masters.ts";
import type { Day } from "../../src/time/day.ts";
import { testApi } from "../helpers/api.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { asTenant } from "../helpers/postgres.ts";

const api = testApi();
const acme = { tenantId: "acme", actor: "person:test" };
const day = "2026-03-02" as Day;
const account = "DE02120300000000202051";
let accountId = "";

const inAcme = <T>(work: Parameters<typeof asTenant<T>>[2]) => asTenant(api.current.database, "acme", work);
const get = (url: string) => api.current.app.inject({ url: `/api/v1${url}`, headers: api.current.keys.acme });
async function entries(): Promise<Entry[]> {
  return (await get(`/accounts/${accountId}/entries`)).json<{ items: Entry[] }>().items;
}
const entryOf = async (text: string) => (await entries()).find((entry) => entry.text?.includes(text)) as Entry;
const moment = async () =>
  ((await api.current.database.admin.query<{ now: string }>("select clock_timestamp() as now")).rows[0] as { now: string }).now;
const sort = () => sortWaiting(api.current.database.app, acme);

beforeAll(async () => {
  await inAcme(addDefaultCategories);
  const texts = ["PAYROLL March", "PAYROLL April", "Rent hall 3", "Invoice 4711", "Invoice 4712"];
  const amounts = ["-2000.00", "-2100.00", "-900.00", "3000.00", "4000.00"];
  const file = camt053({
    ...{ account, currency: "EUR", day, opening: "0.00", closing: "2000.00" },
    entries: texts.map((text, index) => ({ text, amount: amounts[index] as string })),
  });
  const imported = await importFile(api.current.database.app, acme, fileOf("a.xml", file));
  accountId = imported.statements[0]?.accountId as string;
});

const payroll = {
  priority: 10,
  name: "Payroll",
  predicate: {
    all: [
      { field: "text", op: "contains", value: "payroll" },
      { field: "amount", op: "below", value: "0" },
    ],
  },
  category: "operating.payroll",
} as const;
const newRule = () => JSON.parse(JSON.stringify(payroll)) as Parameters<typeof addRule>[1];

describe("sorting", () => {
  test("looks at each delivery once, after it is in; again there is nothing to do", async () => {
    expect((await sort()).examined).toBe(5);
    expect(await sort()).toEqual({ examined: 0, changed: 0 });
  });

  test("a rule is tried on history first, and does then what the trial said", async () => {
    const trial = await inAcme((tx) => tryRule(tx, { rule: newRule() }));
    expect(trial).toMatchObject({
      words: "text contains 'payroll' and amount below 0",
      examined: 5,
      holds: 2,
      decides: 2,
      sums: [{ currency: "EUR", count: 2, credits: "0.00", debits: "4100.00" }],
    });
    expect(trial.changes.reduce((sum, { count }) => sum + count, 0)).toBe(2);
    expect((await entryOf("March")).category).not.toBe("operating.payroll");
    await inAcme((tx) => addRule(tx, newRule()));
    expect((await sort()).changed).toBe(2);
    expect(await entryOf("March")).toMatchObject({
      category: "operating.payroll",
      categorySource: "rule",
      categoryReason: `rule 10 "Payroll": text contains 'payroll' and amount below 0`,
    });
  });

  test("a rule for a category that is not there, or that cannot be meant, is refused", async () => {
    await expect(inAcme((tx) => addRule(tx, { ...newRule(), category: "nowhere" }))).rejects.toMatchObject({ code: "invalid_input" });
    await expect(
      inAcme((tx) => addRule(tx, { ...newRule(), predicate: { all: [{ field: "amount", op: "contains", value: "1" }] } })),
    ).rejects.toMatchObject({ code: "invalid_input" });
  });

  test("interrupted between batches it goes on where it was, and two at once do not do it twice", async () => {
    await inAcme(requestRun);
    expect((await sortWaiting(api.current.database.app, acme, 0)).examined).toBe(0);
    const [a, b] = await Promise.all([sort(), sort()]);
    expect(a.examined + b.examined).toBe(5);
  });
});

describe("a person's correction", () => {
  test("locks the entry, is remembered, and proposes a rule with its effect", async () => {
    const rent = await entryOf("Rent");
    const before = await moment();
    const done = await inAcme((tx) => correctCategories(tx, [rent.id], "operating.rent"));
    expect(done.changed).toBe(1);
    expect(done.proposal?.trial.locked).toBe(1);
    expect(done.proposal?.rule.category).toBe("operating.rent");
    await inAcme(requestRun);
    await sort();
    expect(await entryOf("Rent")).toMatchObject({
      category: "operating.rent",
      categorySource: "person",
      categoryReason: "decided by test",
    });
    // What was known before is answered as it was.
    const known = await inAcme((tx) => flowsByCategory(tx, { from: day, to: day, knownAt: before }));
    expect(known.items.some(({ category }) => category === "operating.rent")).toBe(false);
    const now = await inAcme((tx) => flowsByCategory(tx, { from: day, to: day }));
    expect(now.items.find(({ category }) => category === "operating.rent")).toMatchObject({ count: 1, debits: "900.00", net: "-900.00" });
    expect(now.items.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  });

  test("lifted, rules decide again", async () => {
    const march = await entryOf("March");
    await inAcme((tx) => correctCategories(tx, [march.id], "operating.other"));
    expect((await entryOf("March")).categorySource).toBe("person");
    await inAcme((tx) => correctCategories(tx, [march.id], null));
    expect(await entryOf("March")).toMatchObject({ category: "operating.payroll", categorySource: "rule" });
  });

  test("of what is not there is refused whole", async () => {
    const rent = await entryOf("Rent");
    const other = `${rent.id.slice(0, -1)}${rent.id.endsWith("0") ? "1" : "0"}`;
    await expect(inAcme((tx) => correctCategories(tx, [rent.id, other], "operating.other"))).rejects.toMatchObject({ code: "not_found" });
    await expect(inAcme((tx) => correctCategories(tx, [rent.id], "nowhere"))).rejects.toMatchObject({ code: "invalid_input" });
    await expect(
      asTenant(api.current.database, "globex", (tx) => correctCategories(tx, [rent.id], "operating.rent")),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("over HTTP", () => {
  const call = (method: "POST" | "PUT" | "DELETE", url: string, payload?: object, headers = api.current.keys.acme) =>
    api.current.app.inject({ method, url: `/api/v1${url}`, headers, ...(payload === undefined ? {} : { payload }) });

  test("rules are tried, added, changed and removed; corrections and flows by category are answered", async () => {
    const rule = {
      ...newRule(),
      name: "Invoices",
      priority: 20,
      category: "operating.customers",
      predicate: { all: [{ field: "text", op: "contains", value: "invoice" }] },
    };
    expect((await call("POST", "/category-rules/try", { rule })).json<RuleTrial>()).toMatchObject({ holds: 2 });
    const made = (await call("POST", "/category-rules", rule)).json<Rule>();
    expect(made.words).toBe("text contains 'invoice'");
    await expect.poll(async () => (await entryOf("4711")).categorySource).toBe("rule");
    expect((await call("PUT", `/category-rules/${made.id}`, { ...rule, isActive: false })).json<Rule>().isActive).toBe(false);
    expect((await call("DELETE", `/category-rules/${made.id}`)).statusCode).toBe(204);
    expect((await call("DELETE", `/category-rules/${made.id}`)).statusCode).toBe(404);
    const ids = [(await entryOf("4711")).id, (await entryOf("4712")).id];
    expect((await call("PUT", "/entry-categories", { ids, category: "operating.other" })).json<Corrected>().changed).toBe(2);
    const flows = (await get(`/category-flows?from=${day}&to=${day}`)).json<CategoryFlows>();
    expect(flows.items.find(({ category }) => category === "operating.other")).toMatchObject({ count: 2, net: "7000.00" });
    expect((await get("/categories")).json<{ items: { code: string }[] }>().items.map(({ code }) => code)).toContain("internal");
  });

  test("who may only read changes nothing, and a category cannot stand under itself", async () => {
    expect((await call("PUT", "/categories/x", { name: "X" }, api.current.keys.acmeReadOnly)).statusCode).toBe(403);
    expect((await call("PUT", "/categories/operating", { name: "Operating", parent: "operating.rent" })).json()).toMatchObject({
      code: "invalid_input",
    });
    expect(
      (await call("PUT", "/categories/operating.travel", { name: "Travel", parent: "operating", direction: "out" })).json(),
    ).toMatchObject({ name: "Travel" });
  });
});

describe("counterparties", () => {
  test("are found by the beginning of a name through the index, under row-level security, and by a part of it", async () => {
    await api.current.database.admin.query("set role none");
    await inAcme((tx) =>
      tx.query(
        "insert into cash_management.cm_counterparties (tenant_id, name, name_key) select 'acme', 'Partner ' || i || ' GmbH', 'PARTNER ' || i from generate_series(1, 3000) as i",
      ),
    );
    await api.current.database.admin.query("analyze cash_management.cm_counterparties");
    const found = await inAcme((tx) => searchCounterparties(tx, "partner 299", { limit: 20, after: null }));
    expect(found.map(({ item }) => item.name)).toContain("Partner 2999 GmbH");
    expect((await inAcme((tx) => searchCounterparties(tx, "ner 2999", { limit: 5, after: null }))).map(({ item }) => item.name)).toEqual([
      "Partner 2999 GmbH",
    ]);
    const { text, values } = prefixStatement("acme", "PARTNER 299", 20, null);
    const plan = await inAcme((tx) => tx.query<{ "QUERY PLAN": string }>(`explain (costs off) ${text}`, values));
    expect(plan.rows.map((row) => row["QUERY PLAN"]).join("\n")).toMatch(/cm_counterparties_by_name_key[\s\S]*Index Cond: .*name_key >= /);
  });

  test("invariant 1: another tenant finds none of them", async () => {
    expect(await asTenant(api.current.database, "globex", (tx) => searchCounterparties(tx, "partner", { limit: 5, after: null }))).toEqual(
      [],
    );
  });
});

test("a rule that is removed no longer decides", async () => {
  const { items } = (await get("/category-rules")).json<{ items: Rule[] }>();
  for (const { id } of items) await inAcme((tx) => removeRule(tx, id));
  await sort();
  expect((await entryOf("March")).categorySource).not.toBe("rule");
});
