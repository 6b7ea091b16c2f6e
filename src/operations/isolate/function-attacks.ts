import type { Client } from "../../postgres/connect.ts";
import { quoted } from "./candidates.ts";
import type { Attack } from "./proof.ts";
import type { FilledTable } from "./throw-away-rows.ts";

export interface CallableFunction {
  /** Qualified, with its argument types. */
  readonly signature: string;
  readonly name: string;
  readonly definer: boolean;
  readonly owner: string;
  readonly arguments: ReadonlyArray<{ readonly name: string; readonly type: string }>;
}

/** Not called: what they do would hold up a live database, or says nothing of tenants. */
export const neverCalled: Readonly<Record<string, string>> = {
  "cash_management.ensure_days": "makes partitions: locks the tables it attaches them to; takes days and answers a count",
};

/** Functions of the database's own that can be called in a query, apart from triggers' and what extensions brought. */
export async function readFunctions(client: Client): Promise<CallableFunction[]> {
  const { rows } = await client.query<CallableFunction>(
    `select
       p.oid::regprocedure::text as signature,
       format('%I.%I', n.nspname, p.proname) as name,
       p.prosecdef as definer,
       pg_get_userbyid(p.proowner) as owner,
       coalesce((
         select json_agg(json_build_object('name', coalesce(p.proargnames[place], ''), 'type', format_type(type, null)) order by place)
         from unnest(p.proargtypes::oid[]) with ordinality as argument (type, place)
       ), '[]') as arguments
     from pg_proc as p
     join pg_namespace as n on n.oid = p.pronamespace
     where n.nspname !~ '^pg_'
       and n.nspname <> 'information_schema'
       and p.prokind = 'f'
       and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
       and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
     order by 1`,
  );
  return rows;
}

/** Called with what an attacker would like to know more about (the other tenant's name, addresses, ids), and with nothing at all. */
export function functionAttacks(
  called: CallableFunction,
  tables: ReadonlyMap<string, FilledTable>,
  foreignTenant: string,
  secret: string,
): Attack[] {
  const row = (values: readonly string[]) =>
    `select from ${called.name}(${values.join(", ")}) as answer where strpos(answer::text, ${quoted(foreignTenant)}) > 0 or strpos(answer::text, ${quoted(secret)}) > 0`;
  const theirs = called.arguments.map(({ name, type }) => `${argument(name, type, tables, foreignTenant)}::${type}`);
  const nothing = called.arguments.map(({ type }) => `null::${type}`);
  const anything = called.arguments.map(({ type }) => (type === "text" ? "''::text" : `${fallback(type)}::${type}`));
  const calls = [
    ["call about them", theirs],
    ["call with nothing", nothing],
    ["call with anything", anything],
  ] as const;
  const chosen = called.arguments.length === 0 ? calls.slice(0, 1) : calls;
  return [
    ...chosen.map(([command, values]): Attack => ({ command, kind: "call", sql: row(values), expects: "nothing told" })),
    ...differences(called, theirs),
  ];
}

/** An answer about them that nobody else's name gets: even a yes or no tells that the tenant is there. */
function differences(called: CallableFunction, theirs: readonly string[]): Attack[] {
  const place = called.arguments.findIndex(({ name, type }) => isTenant(name) && type === "text");
  if (place < 0) return [];
  const nobodys = theirs.map((value, at) => (at === place ? "'prove-nobody'::text" : value));
  const answers = (values: readonly string[]) => `select answer::text from ${called.name}(${values.join(", ")}) as answer`;
  return [
    {
      command: "call that tells them from nobody",
      kind: "call",
      sql: `${answers(theirs)} except ${answers(nobodys)}`,
      expects: "nothing told",
    },
  ];
}

function isTenant(argument: string): boolean {
  return /^(p_)?tenant(_id)?$/.test(argument);
}

/** The other tenant's value of the column that the argument is named after. */
function argument(name: string, type: string, tables: ReadonlyMap<string, FilledTable>, foreignTenant: string): string {
  const column = name.replace(/^p_/, "");
  if (isTenant(name)) return quoted(foreignTenant);
  const wanted = [column, `${column}_id`];
  for (const { relation, foreign } of tables.values())
    for (const each of relation.columns)
      if (wanted.includes(each.name) && each.baseType === type && typeof foreign[each.name] === "string")
        return quoted(foreign[each.name] ?? "");
  return fallback(type);
}

function fallback(type: string): string {
  if (type === "boolean") return "true";
  if (type === "date") return "current_date";
  if (/^(smallint|integer|bigint|numeric|double)/.test(type)) return "1000";
  return type === "text" ? "''" : "null";
}
