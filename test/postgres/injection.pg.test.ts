import fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPool, type Pool, withClient } from "../../src/postgres/connect.ts";
import { tenantTransaction } from "../../src/postgres/transaction.ts";
import { importFile } from "../../src/statements/import.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { testContextKey } from "../helpers/cluster.ts";
import { giveTestKeys } from "../helpers/keys.ts";
import { asTenant, enterTenant, testDatabase } from "../helpers/postgres.ts";

/**
 * The worst application: a route that pastes what it is sent into its SQL and answers with whatever comes of it, results and errors
 * alike. Whoever asks is of alpha and owns the text of the statement; nothing of beta may come out or be changed.
 */
const database = testDatabase();
const secret = "S3CRET-OF-BETA";
let pool: Pool;
let app: FastifyInstance;

beforeAll(async () => {
  const { admin } = database.current;
  await seedTwoTenants(database.current);
  for (const tenant of ["alpha", "beta"])
    for (const table of ["cm_banks", "cm_counterparties"])
      await admin.query(`insert into cash_management.${table} (tenant_id, name) values ('${tenant}', $1)`, [
        tenant === "beta" ? secret : "Own bank",
      ]);
  await admin.query(
    "update cash_management.cm_people set name = $1, email = lower($1) || '@beta.example', password_hash = '$argon2id$' || $1 where tenant_id = 'beta'",
    [secret],
  );
  await admin.query(
    `insert into cash_management.cm_sessions (tenant_id, token_hash, person_id, expires_at, user_agent)
     select tenant_id, sha256('x'), id, now() + interval '1 hour', $1 from cash_management.cm_people where tenant_id = 'beta'`,
    [secret],
  );
  await admin.query("analyze");
  // One connection: whatever one transaction leaves behind, the next one meets.
  pool = openPool({ url: database.current.url("apg_user"), applicationName: "vulnerable", max: 1, contextKey: () => testContextKey });
  giveTestKeys(pool);
  app = fastify();
  app.setReplySerializer((payload) => JSON.stringify(payload, (_name, value) => (typeof value === "bigint" ? String(value) : value)));
  app.get<{ Querystring: { q: string } }>("/banks", (request) =>
    tenantTransaction(pool, { tenantId: "alpha", actor: "user:eve" }, async ({ client }) => {
      const text = `select name from cash_management.cm_banks where tenant_id = 'alpha' and name like '%${request.query.q}%'`;
      return await client.query(text).then(
        (results) => [results].flat().map(({ rows }) => rows),
        (error: Error) => ({ ...error, message: error.message }),
      );
    }).catch((error: Error) => ({ message: error.message })),
  );
});
afterAll(async () => {
  await app?.close();
  await pool?.end();
});

/** What the attacker gets to see for this text after the first quote. */
async function inject(sql: string): Promise<string> {
  return (await app.inject({ url: "/banks", query: { q: `'; ${sql} --` } })).body;
}

const everything = `select * from cash_management.cm_banks; select * from cash_management.cm_people; select * from cash_management.cm_counterparties;
  select * from cash_management.cm_sessions; select * from audit.audit_log`;
const keep = "select set_config('evil.stamp', current_setting('app.context'), false)";
const made = ["00112233aabbccdd", String(Date.now() + 60_000), "", "n", "beta", "a", "r", "0".repeat(64)].join("\x1f");

test("the route is as vulnerable as it should be: its attacker reads and changes all of the own tenant", async () => {
  expect(await inject("select last_four, tenant_id from cash_management.cm_cash_accounts")).toContain('"tenant_id":"alpha"');
  expect(await inject("select password_hash from cash_management.cm_people")).toContain("$argon2id$");
  await inject("update cash_management.cm_banks set name = 'Changed by injection'");
  expect(await inject(everything)).toContain("Changed by injection");
});

const attacks: ReadonlyArray<readonly [what: string, sql: string]> = [
  ["plainly", everything],
  ["the old settings", `set app.tenant_id = 'beta'; set local app.tenant_id = 'beta'; ${everything}`],
  ["a context made up", `select set_config('app.context', 'beta', true); ${everything}`],
  [
    "a stamp with another tenant in it",
    `select set_config('app.context', replace(current_setting('app.context'), 'alpha', 'beta'), true); ${everything}`,
  ],
  ["no context", `reset app.context; ${everything}`],
  [
    "a stamp taken to the next transaction",
    `${keep}; commit; begin; select set_config('app.context', current_setting('evil.stamp'), true); ${everything}`,
  ],
  ["a stamp set for the session", `set session app.context = 'beta'; commit; begin; ${everything}`],
  ["outside of any transaction", `commit; ${everything}`],
  ["commit and chain", `commit and chain; ${everything}; rollback and chain; ${everything}`],
  ["a token made up", `commit; begin; select cash_management.enter('${made}'); ${everything}`],
  ["a second token", `select cash_management.enter('${made}'); ${everything}`],
  ["no token, after clearing the context", `select set_config('app.context', '', true); select cash_management.enter(null); ${everything}`],
  ["a savepoint before the context", `rollback; begin; savepoint s; rollback to s; ${everything}`],
  ["other roles", `set role cm_owner; ${everything}`],
  ["the gatekeeper", `set role cm_gatekeeper; ${everything}`],
  ["another login", `set session authorization postgres; ${everything}`],
  ["the gate", `set session authorization apg_gate; ${everything}`],
  ["row-level security switched off", `set row_security = off; ${everything}`],
  ["triggers switched off", `set session_replication_role = replica; ${everything}`],
  ["the policies changed", "alter table cash_management.cm_banks disable row level security"],
  [
    "the function that says the tenant replaced",
    "create or replace function cash_management.current_tenant() returns text language sql return 'beta'",
  ],
  [
    "that function put in front",
    `create function pg_temp.current_tenant() returns text language sql return 'beta'; set local search_path = pg_temp, cash_management; ${everything}`,
  ],
  ["the keys", "select * from cash_management.cm_context_keys"],
  ["the keys, copied", "copy cash_management.cm_context_keys to stdout"],
  ["the keys, by an error", "select 1 / (select length(inner_pad) - 64 from cash_management.cm_context_keys limit 1)"],
  [
    "a definer's plans shown",
    `set client_min_messages = debug1; set debug_print_plan = on; set debug_print_parse = on; select cash_management.current_tenant(); ${everything}`,
  ],
  ["people of others", `select * from cash_management.find_sign_in('${secret.toLowerCase()}@beta.example')`],
  ["sessions of others", "select * from cash_management.find_session(sha256('x'))"],
  ["keys of others", "select * from cash_management.find_api_key(sha256('x'))"],
  ["links of others", "select * from cash_management.consume_sign_in_link(sha256('x'))"],
  ["the registry", "select * from cash_management.list_tenants()"],
  ["whether another tenant is closed", "select cash_management.keep_closed_tenant_unchanged('beta')"],
  ["the search by name", `select * from cash_management.search_counterparties('${secret.slice(0, 4)}')`],
  ["the statistics of the planner", "select * from pg_stats where schemaname = 'cash_management'"],
  ["the statistics themselves", "select * from pg_statistic"],
  [
    "a partition",
    "do $$ declare p regclass; begin for p in select relid from pg_partition_tree('cash_management.cm_cash_flows') where isleaf loop execute format('select from %s', p); end loop; end $$",
  ],
  ["statements of other sessions", "select * from pg_stat_activity"],
  ["statements of the past", "select * from ext.pg_stat_statements"],
  ["another session ended", "select pg_terminate_backend(pid) from pg_locks where pid <> pg_backend_pid()"],
  ["prepared statements", `prepare p as select * from cash_management.cm_banks; set app.context = 'beta'; execute p; execute p`],
  ["a held cursor", "declare c cursor with hold for select * from cash_management.cm_people; commit; fetch all from c"],
  [
    "a block of code",
    `do $$ begin perform set_config('app.context', 'beta', false); execute 'reset role'; execute 'set local role cm_owner'; exception when others then raise exception '%', (select string_agg(name, ',') from cash_management.cm_banks); end $$`,
  ],
  [
    "a function that looks at rows before the policy does",
    `create temp table loot (name text); create function pg_temp.look(name text) returns boolean cost 0.0000001 language plpgsql as $$ begin insert into pg_temp.loot values (name); return true; end $$; select count(*) from cash_management.cm_banks where pg_temp.look(name); select * from pg_temp.loot`,
  ],
  ["a view of one's own", `create temp view v as select * from cash_management.cm_people; select * from v`],
  ["an error that shows a value", "select name::integer from cash_management.cm_banks"],
  ["a plan that shows a value", "explain (analyze, verbose) select * from cash_management.cm_banks"],
  ["a row of beta written", "insert into cash_management.cm_banks (tenant_id, name) values ('beta', 'planted')"],
  ["rows given away", "update cash_management.cm_banks set tenant_id = 'beta'"],
  [
    "rows of beta changed",
    "update cash_management.cm_banks set name = 'planted' where tenant_id = 'beta'; delete from cash_management.cm_counterparties where tenant_id = 'beta'",
  ],
  [
    "an upsert onto beta",
    "insert into cash_management.cm_tenants (tenant_id, name) values ('beta', 'planted') on conflict (tenant_id) do update set name = 'planted'",
  ],
  [
    "a merge into beta",
    "merge into cash_management.cm_banks as b using (select 'beta' as t) as s on b.tenant_id = s.t when matched then update set name = 'planted'",
  ],
  [
    "a reference to a row of beta",
    "insert into cash_management.cm_account_identifiers (tenant_id, account_id, kind, value) select 'alpha', 'b0000000-0000-4000-8000-000000000001', 'iban', 'planted'",
  ],
  ["a file of the server", "select pg_read_file('PG_VERSION'); copy cash_management.cm_banks to '/tmp/loot'"],
  ["a program of the server", "copy (select 1) to program 'id'"],
  ["a large object", "select lo_from_bytea(0, 'x')"],
  ["an object for everybody", "create function public.now() returns timestamptz language sql return 'epoch'::timestamptz"],
];

async function contentsOfBeta(): Promise<unknown> {
  const parts = ["cm_banks", "cm_counterparties", "cm_people", "cm_tenants", "cm_cash_flows", "cm_sessions"].map(
    (table) => `select '${table}' as place, to_jsonb(t) as row from cash_management.${table} as t where tenant_id = 'beta'`,
  );
  return (await database.current.admin.query(`${parts.join(" union all ")} order by 1, 2`)).rows;
}

describe("invariants 1, 2, 3, 6, 12: who owns the text of alpha's statements gets nothing of beta", () => {
  let before: unknown;
  beforeAll(async () => {
    before = await contentsOfBeta();
    expect(JSON.stringify(before)).toContain(secret);
  });

  test.each(attacks)("%s", async (_what, sql) => {
    // Another session of beta is at work meanwhile, with its secret in the text of its statement.
    const answer = await asTenant(database.current, "beta", async (tx) => {
      await tx.query(`select '${secret}'`);
      return inject(sql);
    });
    expect(answer).not.toContain(secret);
    expect(answer).not.toContain("b0000000-0000-4000-8000-000000000001");
    expect(await contentsOfBeta()).toEqual(before);
    expect(JSON.stringify((await database.current.admin.query("select name from cash_management.cm_banks")).rows)).not.toContain("planted");
  });
});

/** A domain in the place of a type of the server: with it in front, any cast to date runs the attacker's function. */
const trap = `create temp table loot (name text);
  create function pg_temp.steal() returns boolean language plpgsql as $$ begin insert into pg_temp.loot select name from cash_management.cm_banks; return true; end $$;
  create domain pg_temp.date as pg_catalog.date check (pg_temp.steal())`;
const armed = "set search_path = pg_temp, pg_catalog";

describe("invariant 7: nothing that injected SQL leaves on a connection acts in the next tenant's transaction", () => {
  test("the trap works where it is not cleared away: within one transaction", async () => {
    await withClient(database.current.app, async (client) => {
      await client.query("begin");
      await enterTenant(client, "beta");
      await client.query(`${trap}; set local search_path = pg_temp, pg_catalog`);
      await client.query("select '2026-03-02'::date");
      expect((await client.query("select * from pg_temp.loot")).rows).toContainEqual({ name: secret });
      await client.query("rollback");
    });
  });

  const left: ReadonlyArray<readonly [what: string, sql: string]> = [
    ["a type in front of the server's", `${trap}; ${armed}; commit`],
    [
      "a table in the place of an import's, with a trigger",
      `create temp table staged_entries (stmt integer); create function pg_temp.f() returns trigger language plpgsql as $$ begin return null; end $$; create trigger t before insert on pg_temp.staged_entries for each row execute function pg_temp.f(); commit`,
    ],
    [
      "settings of the session",
      `${armed}; set timezone = 'Asia/Tokyo'; set datestyle = 'SQL, DMY'; set default_transaction_read_only = on; set default_transaction_isolation = 'serializable'; set row_security = off; set lock_timeout = '1ms'; commit`,
    ],
    ["a role", "set role apg_readwrite; commit"],
    ["a prepared statement", "prepare mine as select 1; commit"],
    ["a held cursor", "declare mine cursor with hold for select 1; commit"],
    ["a lock of the session", "select pg_advisory_lock(42); commit"],
    ["an ear", "listen everything; commit"],
    ["a context for the session", "set app.context = 'beta'; commit"],
  ];

  test.each(left)("%s", async (_what, sql) => {
    await inject(sql);
    const beta = { tenantId: "beta", actor: "user:bob" };
    const { rows } = await tenantTransaction(pool, beta, async (tx) => {
      await tx.query("select '2026-03-02'::date");
      await tx.query("update cash_management.cm_tenants set time_zone = time_zone where tenant_id = $1", ["beta"]);
      return tx.query(
        `select cash_management.current_tenant() as tenant, current_setting('search_path') as path, current_setting('TimeZone') as zone,
          current_setting('DateStyle') as style, current_setting('transaction_isolation') as isolation, current_setting('lock_timeout') as waits,
          current_user::text as role, to_regclass('pg_temp.loot') is null as no_loot,
          (select count(*)::int from pg_prepared_statements) as prepared, (select count(*)::int from pg_cursors where is_holdable) as cursors,
          (select count(*)::int from pg_listening_channels()) as ears,
          (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks`,
      );
    });
    expect(rows).toEqual([
      {
        tenant: "beta",
        path: '"$user", public',
        zone: "UTC",
        style: "ISO, YMD",
        isolation: "read committed",
        waits: "0",
        role: "apg_user",
        no_loot: true,
        prepared: 0,
        cursors: 0,
        ears: 0,
        locks: 0,
      },
    ]);
    const text = camt053({ id: `beta-${_what}`, day: "2026-03-03", opening: "100.00", closing: "105.00", entries: [{ amount: "5.00" }] });
    expect(await importFile(pool, beta, fileOf("day.xml", text))).toMatchObject({ entries: 1 });
    expect(await inject("select * from pg_temp.loot")).not.toContain(secret);
  });
});
