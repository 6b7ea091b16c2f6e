import type { Fault } from "./fault.ts";

const banks = "cash_management.cm_banks";

/** A function of ours around these statements. */
const made = (name: string, body: string, language = "plpgsql") =>
  `create function cash_management.${name}() returns void language ${language} set search_path = pg_catalog, pg_temp as $f$ ${
    language === "plpgsql" ? `begin ${body} end` : body
  } $f$;`;

export const faults: readonly Fault[] = [
  {
    check: "index_that_policies_disable",
    make: `alter table ${banks} add column fee numeric, add column tags text[];
      create index banks_by_fee on ${banks} (tenant_id, fee);
      create index banks_by_lower_name on ${banks} (tenant_id, lower(name));
      create index banks_by_tags on ${banks} using gin (tags);
      create index banks_by_similar_name on ${banks} using gin (name ext.gin_trgm_ops);
      create index flows_by_size on cash_management.cm_cash_flows (tenant_id, abs(amount_minor))`,
    finds: [
      "cash_management.banks_by_fee",
      "cash_management.banks_by_lower_name",
      "cash_management.banks_by_similar_name",
      "cash_management.banks_by_tags",
      "cash_management.flows_by_size",
    ],
    says: /not leakproof: (fee: numeric_|lower\(name\): lower|tags: array|name: .*similarity|abs\(amount_minor\): abs)/,
    // Leakproof comparisons, a rule that needs its index, an included column, and a table without tenants.
    harmless: `alter table ${banks} add column opened_at timestamptz, add column cents bigint, add column rate numeric;
      create index banks_by_cents on ${banks} (tenant_id, cents, opened_at desc, name) include (rate);
      create unique index banks_have_one_rate on ${banks} (tenant_id, id, rate);
      create table cash_management.colours (share numeric);
      create index colours_by_share on cash_management.colours (share)`,
  },
  {
    check: "function_that_sets_the_session",
    make: `${made("keeps_tenant", "perform set_config('app.tenant_id', coalesce(nullif('x', 'y'), 'z'), false);")}
      ${made("keeps_actor", "set app.actor = 'ada';")}
      ${made("keeps_more", "execute 'set session app.actor to ''ada''';")}
      alter role monitoring set app.tenant_id = 'alpha'`,
    finds: ["cash_management.keeps_actor()", "cash_management.keeps_more()", "cash_management.keeps_tenant()", "role monitoring"],
    harmless: `${made("keeps_nothing", "perform set_config('app.tenant_id', 'x', true); set local app.actor = 'ada'; update cash_management.cm_banks set name = name;")}
      alter role monitoring set statement_timeout = '5min'`,
  },
  {
    check: "function_with_session_lock",
    make: `${made("waits", "perform pg_advisory_lock(1); perform pg_catalog.pg_advisory_unlock(1);")}
      ${made("tries", "if pg_try_advisory_lock(1) then perform 1; end if;")}`,
    finds: ["cash_management.tries()", "cash_management.waits()"],
    harmless: made(
      "waits_its_transaction",
      "perform pg_advisory_xact_lock(1); /* pg_advisory_lock(1) */ perform 1; -- pg_advisory_lock(2)\n",
    ),
  },
  {
    check: "function_with_session_objects",
    make: `${made("stages", "create temp table staged (id integer); insert into staged values (1);")}
      ${made("listens", "listen entries;")}
      ${made("keeps_cursor", "execute 'declare kept cursor with hold for select 1';")}`,
    finds: ["cash_management.keeps_cursor()", "cash_management.listens()", "cash_management.stages()"],
    harmless: made("stages_its_transaction", "create temp table staged (id integer) on commit drop;"),
  },
  {
    check: "function_that_needs_a_setting",
    make: `${made("reads", "perform current_setting('app.tenant_id');")}
      create function cash_management.reads_too() returns text language sql stable return current_setting('app.actor')`,
    finds: ["cash_management.reads()", "cash_management.reads_too()"],
    harmless: `${made("reads_carefully", "perform current_setting('app.tenant_id', true), current_setting('TimeZone');")}`,
  },
  {
    check: "large_objects_for_everybody",
    make: "grant execute on function pg_catalog.lo_creat(integer) to public",
    finds: ["lo_creat(integer)"],
    harmless: "grant execute on function pg_catalog.lo_create(oid) to apg_admin",
  },
];
