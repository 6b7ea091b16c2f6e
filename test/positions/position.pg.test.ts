import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { courseOfPosition } from "../../src/positions/course.ts";
import { type PositionOptions, valuePosition } from "../../src/positions/position.ts";
import { tenantRead } from "../../src/postgres/transaction.ts";
import { importFile } from "../../src/statements/import.ts";
import { addDays, type Day } from "../../src/time/day.ts";
import { camt052, camt053, fileOf } from "../helpers/camt.ts";
import { balanceAt, euros, historyOf } from "../helpers/histories.ts";
import { testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();
const iban = "DE02120300000000202051";
const otherIban = "DE89370400440532013000";
const monday = "2026-03-02" as Day;
let tenants = 0;

async function freshTenant(): Promise<string> {
  const tenantId = `p${++tenants}`;
  await database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenantId, tenantId]);
  return tenantId;
}

function load(tenantId: string, text: string) {
  return importFile(database.current.app, { tenantId, actor: "person:test" }, fileOf("file.xml", text));
}

function position(tenantId: string, options: Partial<PositionOptions> & { asOf: Day }) {
  return tenantRead(database.current.app, { tenantId, actor: "person:test" }, (tx) => valuePosition(tx, options));
}

const days = fc.array(
  fc.array(fc.tuple(fc.integer({ min: -90_000, max: 90_000 }), fc.constantFrom(0, 0, 0, 1, 2, -1, -3)), { maxLength: 4 }),
  { minLength: 2, maxLength: 7 },
);

describe("the position", () => {
  test("equals the bank's own arithmetic on every day, both bases, whatever the order and however often files arrive", async () => {
    await fc.assert(
      fc.asyncProperty(days, fc.bigInt({ min: -100_000n, max: 100_000n }), fc.infiniteStream(fc.nat()), async (nets, opening, stream) => {
        const tenantId = await freshTenant();
        const history = historyOf(iban, monday, opening, nets);
        const twice = [...history.statements, ...history.statements].map((statement) => ({
          statement,
          key: stream.next().value as number,
        }));
        for (const { statement } of twice.sort((a, b) => a.key - b.key)) await load(tenantId, camt053(statement));
        for (let index = 0; index < nets.length; index += 1) {
          const asOf = addDays(monday, index);
          for (const basis of ["booking", "value"] as const) {
            const { totals } = await position(tenantId, { asOf, basis });
            expect([asOf, basis, totals[0]?.amount]).toEqual([asOf, basis, euros(balanceAt(history, asOf, basis))]);
            expect(totals[0]?.unproven).toBe("0.00");
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  test("asked for a moment before, it answers as it answered then, to the letter", async () => {
    const tenantId = await freshTenant();
    const history = historyOf(iban, monday, 0n, [[[1000, 0]], [[-250, 1]], [[40, 0]], [[7, -1]]]);
    const asOf = addDays(monday, 3);
    const answers: { knownAt: string; answer: string }[] = [];
    for (const index of [2, 0, 3, 1]) {
      await load(tenantId, camt053(history.statements[index] as (typeof history.statements)[number]));
      const { rows } = await database.current.admin.query<{ now: string }>("select clock_timestamp() as now");
      const knownAt = rows[0]?.now as string;
      answers.push({ knownAt, answer: JSON.stringify(await position(tenantId, { asOf, knownAt, basis: "value" })) });
    }
    expect(new Set(answers.map(({ answer }) => answer.replace(/"knownAt":"[^"]*"/, ""))).size).toBe(4);
    for (const { knownAt, answer } of answers)
      expect(JSON.stringify(await position(tenantId, { asOf, knownAt, basis: "value" }))).toBe(answer);
  });

  test("its parts add up in every grouping, and the course of a day is the position of the day", async () => {
    const tenantId = await freshTenant();
    await load(tenantId, camt053(...historyOf(iban, monday, 500n, [[[1000, 1]], [[-250, 0]]]).statements));
    await load(tenantId, camt053(...historyOf(otherIban, monday, -80n, [[[7, 0]], []]).statements));
    await load(
      tenantId,
      camt053({
        account: "KW81CBKU0000000000001234560101",
        currency: "KWD",
        day: monday,
        opening: "1.000",
        closing: "1.250",
        entries: [{ amount: "0.250" }],
      }),
    );
    for (const basis of ["booking", "value"] as const)
      for (const by of ["account", "currency", "entity", "bank"] as const) {
        const answer = await position(tenantId, { asOf: monday, basis, by });
        for (const { currency, amount } of answer.totals) {
          const groups = answer.groups.filter((group) => group.currency === currency);
          const scale = currency === "KWD" ? 3 : 2;
          const sum = groups.reduce((all, group) => all + Number(group.amount), 0).toFixed(scale);
          expect(sum).toBe(amount);
          for (const group of groups)
            expect(
              Object.values(group.composition)
                .reduce((all, part) => all + Number(part), 0)
                .toFixed(scale),
            ).toBe(group.amount);
        }
        const course = await tenantRead(database.current.app, { tenantId, actor: "person:test" }, (tx) =>
          courseOfPosition(tx, { from: addDays(monday, -1), to: monday, basis, by }),
        );
        expect(course.series.map((series) => series.points.at(-1)?.amount)).toEqual(answer.groups.map((group) => group.amount));
      }
  });

  test("an intraday report moves it provisionally, and the statement of the day makes it sealed", async () => {
    const tenantId = await freshTenant();
    const [first, second] = historyOf(iban, monday, 0n, [[[1000, 0]], [[-250, 0]]]).statements as [
      Parameters<typeof camt053>[0],
      Parameters<typeof camt053>[0],
    ];
    await load(tenantId, camt053(first));
    await load(
      tenantId,
      camt052({ account: iban, day: addDays(monday, 1), id: "noon", entries: [{ amount: "-2.50", text: "entry of 1" }] }),
    );
    const asOf = addDays(monday, 1);
    expect((await position(tenantId, { asOf })).totals).toEqual([
      { currency: "EUR", amount: "7.50", sealed: "10.00", provisional: "-2.50", unproven: "0.00" },
    ]);
    await load(tenantId, camt053(second));
    expect((await position(tenantId, { asOf })).totals).toEqual([
      { currency: "EUR", amount: "7.50", sealed: "7.50", provisional: "0.00", unproven: "0.00" },
    ]);
  });

  test("behind a missing day it is what the bank states, and says that this is not proven", async () => {
    const tenantId = await freshTenant();
    const { statements } = historyOf(iban, monday, 0n, [[[1000, 0]], [[-250, 0]], [[5, 0]]]);
    await load(tenantId, camt053(statements[0] as Parameters<typeof camt053>[0], statements[2] as Parameters<typeof camt053>[0]));
    const answer = await position(tenantId, { asOf: addDays(monday, 2) });
    expect(answer.groups[0]).toMatchObject({ amount: "7.55", composition: { sealed: "0.00", unproven: "7.55" } });
    expect(answer.groups[0]?.accounts[0]?.state).toBe("unproven");
  });

  test("an account whose statement was due and did not come is stale since that day", async () => {
    const tenantId = await freshTenant();
    await load(tenantId, camt053(historyOf(iban, monday, 0n, [[[1000, 0]]]).statements[0] as Parameters<typeof camt053>[0]));
    const at = (now: string) => position(tenantId, { asOf: now.slice(0, 10) as Day, now: new Date(now) });
    expect((await at("2026-03-04T08:59:00Z")).staleAccounts).toBe(0);
    const late = await at("2026-03-04T09:00:00Z");
    expect(late.groups[0]?.accounts[0]).toMatchObject({ stale: true, staleSince: "2026-03-03", expectedBy: "2026-03-04T09:00:00.000Z" });
  });

  test("another tenant's cash is not in it", async () => {
    const [mine, theirs] = [await freshTenant(), await freshTenant()];
    await load(theirs, camt053(historyOf(iban, monday, 0n, [[[1000, 0]]]).statements[0] as Parameters<typeof camt053>[0]));
    expect(await position(mine, { asOf: monday })).toMatchObject({ groups: [], totals: [] });
  });
});
