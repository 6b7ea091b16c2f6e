import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAccess } from "../../../src/operations/privileges/guards.ts";
import { type Change, judgeChange } from "../../../src/operations/privileges/judge.ts";
import { reasonIn } from "../../../src/operations/privileges/verdict.ts";
import type { Client } from "../../../src/postgres/connect.ts";
import { testDatabase } from "../../helpers/postgres.ts";

// The verdict is found by doing it and taking it back: here on the whole schema, one change at a time.
const database = testDatabase();
let client: Client;
beforeAll(async () => {
  client = await database.current.admin.connect();
});
afterAll(() => client.release());

async function judged(sql: string): Promise<Change[]> {
  await client.query("begin");
  try {
    const before = await readAccess(client);
    await client.query(sql);
    await client.query("reset role");
    return judgeChange(before, await readAccess(client));
  } finally {
    await client.query("rollback");
  }
}

const banks = "cash_management.cm_banks";
const secured = (
  name: string,
) => `create table cash_management.${name} (tenant_id text); select maintenance.secure_table('cash_management.${name}');
  grant select on cash_management.${name} to apg_readonly`;

describe("what loosens", () => {
  test.each<[string, string, RegExp]>([
    ["a grant", `grant delete on ${banks} to apg_readwrite`, /^apg_readwrite gained d on table cash_management\.cm_banks$/],
    ["a grant of a column", `grant update (name) on ${banks} to apg_readonly`, /gained w\(name\)/],
    [
      "a grant to everybody on something new",
      "create table public.open (x integer); grant select on public.open to public",
      /public gained r .* which is new/,
    ],
    ["a membership", "grant apg_admin to apg_user", /apg_user gained in:apg_admin on role apg_user/],
    ["a login that no policy binds", "alter role apg_user bypassrls", /gained bypassrls/],
    ["row-level security switched off", `alter table ${banks} disable row level security`, /row-level security of table .*: off/],
    ["row-level security no longer forced", `alter table ${banks} no force row level security`, /for its owner: off/],
    ["a permissive policy", `create policy more on ${banks} for select to apg_readonly using (true)`, /new, permissive/],
    [
      "a table of tenants without row-level security",
      "create table cash_management.cm_new (tenant_id text); grant select on cash_management.cm_new to apg_user",
      /without forced/,
    ],
    [
      "a definer function that anybody may call",
      "create function cash_management.door() returns integer language sql security definer set search_path = pg_catalog, pg_temp return 1; grant execute on function cash_management.door() to apg_user",
      /lets .*apg_user.* act with the rights of superuser/,
    ],
    ["a function that becomes definer", "alter function cash_management.day_of_id(uuid) security definer", /owner's rights .*: on/],
    [
      "a definer function whose search_path is open",
      "alter function cash_management.list_tenants() reset search_path",
      /fixed search_path .*: off/,
    ],
    ["a function said to be leakproof", "alter function cash_management.day_of_id(uuid) leakproof", /leakproof .*: on/],
    [
      "a view with its owner's rights",
      `create view cash_management.seen as select * from ${banks}; grant select on cash_management.seen to apg_readonly`,
      /shows .*apg_readonly/,
    ],
  ])("%s", async (_name, sql, what) => {
    const changes = await judged(sql);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.map(({ effect }) => effect)).toEqual(changes.map(() => "loosens"));
    expect(changes.map((change) => change.what).join("\n")).toMatch(what);
  });
});

describe("what tightens", () => {
  test.each<[string, string, RegExp]>([
    ["a revoke", `revoke insert on ${banks} from apg_readwrite`, /^apg_readwrite lost a on table/],
    ["a restrictive policy", `create policy narrow on ${banks} as restrictive using (name <> 'x')`, /new, restrictive/],
    ["a permissive policy less", `drop policy tenant_isolation on ${banks}`, /gone, was permissive/],
    ["a policy for fewer roles", `alter policy tenant_isolation on ${banks} to apg_readwrite`, /was permissive .*public/],
    ["a login taken away", "alter role backup_user nologin", /backup_user lost login/],
    [
      "a function that gives up its owner's rights",
      "alter function cash_management.list_tenants() security invoker",
      /owner's rights .*: off/,
    ],
  ])("%s", async (_name, sql, what) => {
    const changes = await judged(sql);
    expect(changes).toEqual([{ effect: "tightens", what: expect.stringMatching(what) }]);
  });
});

describe("what cannot be told apart is both", () => {
  test.each<[string, string]>([
    ["another condition in a policy", `alter policy tenant_isolation on ${banks} using (name = 'x')`],
    ["another owner", `alter table ${banks} owner to audit_owner`],
    [
      "another body of a function that policies call",
      "create or replace function cash_management.current_tenant() returns text language sql stable parallel safe return 'alpha'",
    ],
  ])("%s", async (_name, sql) => {
    expect((await judged(sql)).map(({ effect }) => effect)).toContain("both");
  });
});

test("a new table with its policy and its grants, an index and a comment change nothing for those who were there", async () => {
  expect(await judged(secured("cm_new"))).toEqual([]);
  expect(await judged(`create index on ${banks} (tenant_id, name); comment on table ${banks} is 'x'`)).toEqual([]);
});

test("the reason is read from the migration's own line", () => {
  expect(reasonIn("-- Why.\n-- loosens: the gate looks before a tenant is known\nselect 1")).toBe(
    "the gate looks before a tenant is known",
  );
  expect(reasonIn("-- it loosens: nothing\nselect 1")).toBeNull();
});
