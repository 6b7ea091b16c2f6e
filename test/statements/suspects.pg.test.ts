import { expect, test } from "vitest";
import { valuePosition } from "../../src/positions/position.ts";
import { tenantRead } from "../../src/postgres/transaction.ts";
import { importFile } from "../../src/statements/import.ts";
import { decideSuspect } from "../../src/statements/suspects/decide-suspect.ts";
import { listSuspects } from "../../src/statements/suspects/suspects.ts";
import type { Day } from "../../src/time/day.ts";
import { testApi } from "../helpers/api.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { asTenant } from "../helpers/postgres.ts";

const api = testApi();
let accounts = 0;

/** An account whose statements have no balances, told by one file and then by others. */
async function told(...files: readonly (readonly { amount: string; text: string; day?: string; valueDay?: string }[])[]) {
  accounts += 1;
  const account = `DE${String(accounts).padStart(20, "7")}`;
  const load = (entries: (typeof files)[number], id: string) =>
    importFile(
      api.current.database.app,
      { tenantId: "acme", actor: "person:t" },
      fileOf(id, camt053({ account, id, day: "2026-03-02", entries })),
    );
  const first = await load(files[0] ?? [], `${account} 0`);
  for (const [index, entries] of files.slice(1).entries()) await load(entries, `${account} ${index + 1}`);
  const accountId = first.statements[0]?.accountId as string;
  const suspects = (decided = false) => asTenant(api.current.database, "acme", (tx) => listSuspects(tx, { accountId, decided }));
  const decide = (id: string, decision: "same" | "different" | null) =>
    asTenant(api.current.database, "acme", (tx) => decideSuspect(tx, id, decision));
  const balance = async (knownAt?: string, basis: "booking" | "value" = "booking") => {
    const context = { tenantId: "acme", actor: "test" };
    const { groups } = await tenantRead(api.current.database.app, context, (tx) =>
      valuePosition(tx, { asOf: "2026-03-02" as Day, basis, ...(knownAt === undefined ? {} : { knownAt }) }),
    );
    return groups.flatMap((group) => group.accounts).find((one) => one.accountId === accountId)?.amount;
  };
  const flows = async () =>
    (
      await api.current.database.admin.query<{ sum: string }>(
        `select coalesce(sum(amount_minor), 0)::text as sum from cash_management.cm_cash_flows
         where tenant_id = 'acme' and account_id = $1 and superseded_at is null`,
        [accountId],
      )
    ).rows[0]?.sum;
  const now = async () =>
    (await api.current.database.admin.query<{ now: string }>("select clock_timestamp()::text as now")).rows[0]?.now as string;
  return { accountId, suspects, decide, balance, flows, now, load };
}

const rent = { amount: "-900.00", text: "Rent March" };
const reworded = { amount: "-900.00", text: "STANDING ORDER 4711 LANDLORD" };
/** Makes the second file another list: one with the very same amounts would be the day told again. */
const fee = { amount: "-1.00", text: "fee" };

test("the same amount in other words is suspected and both count until a person decides; other amounts and later days are not", async () => {
  const { suspects, balance } = await told([rent, { amount: "5.00", text: "a" }], [reworded, { amount: "5.01", text: "b" }]);
  const pairs = await suspects();
  expect(pairs.map(({ amount, earlier, later }) => [amount, earlier.text, later.text])).toEqual([["-900.00", rent.text, reworded.text]]);
  expect(await balance()).toBe("-1789.99");
});

test("same: the later entry leaves flows and position at once, and what was known before stays known", async () => {
  const { suspects, decide, balance, flows, now } = await told([rent], [{ ...reworded, valueDay: "2026-03-04" }, fee]);
  const [pair] = await suspects();
  const before = await now();
  expect(await decide(pair?.id as string, "same")).toMatchObject({ decision: "same", decidedBy: "test" });
  expect([await balance(), await balance(undefined, "value"), await flows()]).toEqual(["-901.00", "-901.00", "-90100"]);
  expect(await balance(before)).toBe("-1801.00");
  expect(await suspects()).toEqual([]);
});

test("undo: both count again, each moment keeps its answer, and the trail has every decision", async () => {
  const { suspects, decide, balance, flows, now, accountId } = await told([rent], [reworded, fee]);
  const id = (await suspects())[0]?.id as string;
  const undecided = await now();
  await decide(id, "same");
  const decided = await now();
  await decide(id, null);
  expect([await balance(undecided), await balance(decided), await balance(), await flows()]).toEqual([
    "-1801.00",
    "-901.00",
    "-1801.00",
    "-180100",
  ]);
  await decide(id, "different");
  expect([await balance(), (await suspects()).length, (await suspects(true)).map(({ decision }) => decision)]).toEqual([
    "-1801.00",
    0,
    ["different"],
  ]);
  const { rows } = await api.current.database.admin.query<{ operation: string }>(
    "select operation from audit.audit_log where table_name = 'cm_suspected_duplicates' and row_key::text like '%' || $1 || '%' order by id",
    [id],
  );
  expect(rows.map(({ operation }) => operation.toLowerCase())).toEqual(["insert", "update", "update", "update"]);
  expect(accountId).toBeTruthy();
});

test.each(["same", "different"] as const)(
  "remembered: after %s the same export again changes nothing and the pair does not come again",
  async (decision) => {
    const { suspects, decide, balance, load } = await told([rent], [reworded, fee]);
    await decide((await suspects())[0]?.id as string, decision);
    const after = await balance();
    await load([reworded, fee], "the export again, with another id");
    await load([rent], "the first again, with another id");
    await load([rent, reworded, fee], "both in one");
    expect([await balance(), await suspects()]).toEqual([after, []]);
  },
);

test("twins told again in other words are as many pairs", async () => {
  const { suspects } = await told([rent, rent], [reworded, reworded, fee]);
  const pairs = await suspects();
  expect(new Set(pairs.map(({ earlier }) => earlier.id)).size).toBe(2);
  expect(new Set(pairs.map(({ later }) => later.id)).size).toBe(2);
});

test("a statement with balances decides for all: open pairs are gone, and a decision taken back does not bring an entry back", async () => {
  const { suspects, decide, balance, load } = await told([rent], [reworded, fee]);
  const id = (await suspects())[0]?.id as string;
  await decide(id, "same");
  const account = `DE${String(accounts).padStart(20, "7")}`;
  await importFile(
    api.current.database.app,
    { tenantId: "acme", actor: "person:t" },
    fileOf("stated", camt053({ account, day: "2026-03-02", opening: "1000.00", closing: "100.00", entries: [rent] })),
  );
  await decide(id, null);
  await load([{ amount: "-900.00", text: "a third wording" }], "third");
  expect([await balance(), await suspects()]).toEqual(["100.00", []]);
});

test("over HTTP: listed, decided by who may write, refused to who may only read and to another tenant", async () => {
  const { suspects } = await told([rent], [reworded, fee]);
  const id = (await suspects())[0]?.id as string;
  const ask = (method: "GET" | "PUT", url: string, headers: object, payload?: object) =>
    api.current.app.inject({
      method,
      url: `/api/v1/suspected-duplicates${url}`,
      headers: { ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
  const listed = await ask("GET", "", api.current.keys.acmeReadOnly);
  expect(listed.json<{ items: { id: string }[] }>().items.map((one) => one.id)).toContain(id);
  expect((await ask("PUT", `/${id}/decision`, api.current.keys.acmeReadOnly, { decision: "same" })).statusCode).toBe(403);
  expect((await ask("PUT", `/${id}/decision`, api.current.keys.globex, { decision: "same" })).statusCode).toBe(404);
  expect((await ask("PUT", `/${id}/decision`, api.current.keys.acme, { decision: "maybe" })).statusCode).toBe(400);
  expect((await ask("PUT", `/${id}/decision`, api.current.keys.acme, { decision: "same" })).json()).toMatchObject({ id, decision: "same" });
});
