import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tenantKeys } from "../../src/keys/key-ring.ts";
import { currencyExponent } from "../../src/money/currencies.ts";
import { minorText } from "../../src/money/money.ts";
import type { Position } from "../../src/positions/contract.ts";
import { valuePosition } from "../../src/positions/position.ts";
import { tenantRead } from "../../src/postgres/transaction.ts";
import { importFile } from "../../src/statements/import.ts";
import type { Day } from "../../src/time/day.ts";
import { asTenant, testDatabase } from "../helpers/postgres.ts";
import { testSeed } from "../helpers/seed.ts";
import {
  expectedClosings,
  expectedEntries,
  isQuiet,
  type Told,
  type ToldAccount,
  type ToldDay,
  toldHistories,
} from "../helpers/told-histories.ts";

const database = testDatabase();
const seed = testSeed("import-properties");
let tenants = 0;

describe("whatever banks send, in any order, any number of times, in any mix of formats", () => {
  test("no entry is lost, none is doubled, the position is the bank's, gaps and breaks show, no seal is false, and what was known stays known", async () => {
    await fc.assert(
      fc.asyncProperty(toldHistories, async (told) => {
        const { tenantId, answers } = await importAll(told);
        for (const { knownAt, answer } of answers) expect(await answerKnownAt(tenantId, knownAt)).toEqual(answer);
        for (const account of told.accounts) {
          const found = await findings(tenantId, account);
          expect(found.entries).toEqual(expectedEntries(account));
          expect(found.flows).toEqual(found.entries);
          expect(found.closings.filter((closing) => !isQuiet(account, closing))).toEqual(expectedClosings(account));
          for (const { day } of account.days.filter(({ told: was, quiet }) => was && !quiet))
            expect([day, await positionOf(tenantId, account, day)]).toEqual([day, expectedPosition(account, day)]);
        }
      }),
      { numRuns: Number(process.env["APG_TEST_RUNS"] ?? 25), seed, interruptAfterTimeLimit: 200_000 },
    );
  }, 240_000);
});

/** @returns the tenant, and what its position was said to be after each file */
async function importAll(told: Told): Promise<{ tenantId: string; answers: { knownAt: string; answer: Position }[] }> {
  tenants += 1;
  const tenantId = `t${tenants}`;
  await database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenantId, tenantId]);
  const answers: { knownAt: string; answer: Position }[] = [];
  for (const file of told.files) {
    const result = await importFile(database.current.app, { tenantId, actor: "test" }, file);
    expect(result.problems.filter(({ severity }) => severity === "refusal")).toEqual([]);
    const { rows } = await database.current.admin.query<{ now: string }>("select clock_timestamp() as now");
    const knownAt = rows[0]?.now as string;
    answers.push({ knownAt, answer: await answerKnownAt(tenantId, knownAt) });
  }
  return { tenantId, answers };
}

/** Far enough ahead for all that the histories tell. */
const lastDay = "2026-03-31" as Day;

/** Accounts as they were then; one that was opened since is there and empty, as every account was before its first file. */
async function answerKnownAt(tenantId: string, knownAt: string): Promise<Position> {
  const answer = await tenantRead(database.current.app, { tenantId, actor: "test" }, (tx) =>
    valuePosition(tx, { asOf: lastDay, knownAt, basis: "value" }),
  );
  const known = answer.groups.filter((group) => group.accounts.some(({ state }) => state !== "empty"));
  const currencies = new Set(known.map(({ currency }) => currency));
  return { ...answer, groups: known, totals: answer.totals.filter(({ currency }) => currencies.has(currency)), staleAccounts: 0 };
}

/** What is believed of an account: booked entries and flows as "day minor", closings as "day sealed|not minor". */
async function findings(tenantId: string, { account, currency }: ToldAccount) {
  const index = await asTenant(database.current, tenantId, async (tx) => (await tenantKeys(tx)).index("account", account));
  const lines = async (sql: string) =>
    (await database.current.admin.query<{ line: string }>(sql, [tenantId, index, currency])).rows.map(({ line }) => line).sort();
  const ofAccount = "a.tenant_id = $1 and a.account_number_index = $2 and a.currency = $3";
  return {
    entries: await lines(
      `select concat_ws(' ', t.booking_date, t.value_date, t.amount_minor) as line
       from cash_management.cm_cash_accounts a
       join cash_management.cm_bank_transactions t on t.tenant_id = a.tenant_id and t.account_id = a.id
       where ${ofAccount} and t.superseded_at is null and t.state = 'booked'
       order by line`,
    ),
    flows: await lines(
      `select concat_ws(' ', f.transaction_date, f.value_date, f.amount_minor) as line
       from cash_management.cm_cash_accounts a
       join cash_management.cm_cash_flows f on f.tenant_id = a.tenant_id and f.account_id = a.id
       where ${ofAccount} and f.superseded_at is null and f.source = 'statement'
       order by line`,
    ),
    closings: await lines(
      `select concat_ws(' ', c.day, case c.state when 'sealed' then 'sealed' else 'not' end, c.closing_minor) as line
       from cash_management.cm_cash_accounts a
       join cash_management.cm_day_closings c on c.tenant_id = a.tenant_id and c.account_id = a.id
       where ${ofAccount} and c.superseded_at is null
       order by c.day`,
    ),
  };
}

function expectedPosition({ days, currency }: ToldAccount, asOf: Day): string {
  const { closing } = days.findLast(({ day, told }) => told && day <= asOf) as ToldDay;
  return minorText(closing, currencyExponent(currency) as number);
}

async function positionOf(tenantId: string, { account, currency }: ToldAccount, asOf: Day): Promise<string | undefined> {
  const { groups } = await tenantRead(database.current.app, { tenantId, actor: "test" }, (tx) => valuePosition(tx, { asOf }));
  return groups.flatMap((group) => group.accounts).find((one) => one.last4 === account.slice(-4) && one.currency === currency)?.amount;
}
