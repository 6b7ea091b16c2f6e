import type { Client } from "../../postgres/connect.ts";
import type { AttackContext } from "./contexts.ts";
import type { Attack, Outcome } from "./proof.ts";

export interface Battery {
  readonly roles: readonly string[];
  readonly contexts: readonly AttackContext[];
  readonly attacks: readonly Attack[];
  /** Stands in every text of the other tenant, and in no attack: a message that contains it has told. */
  readonly secret: string;
}

/**
 * Every attack by every role in every context, each undone at once; outcomes in this order: role, context, attack; and the locks that are held now. It runs inside
 * the server, one round trip for thousands of attacks. `set session authorization` makes session_user and current_user the
 * attacker's, as a login does; what differs is said in docs/operate/prove-isolation.md.
 */
export async function fire(client: Client, battery: Battery): Promise<{ readonly outcomes: Outcome[]; readonly locks: number }> {
  const plan = {
    secret: battery.secret,
    roles: battery.roles,
    contexts: battery.contexts.map((context) => ({ statements: context.statements() })),
    attacks: battery.attacks.map(({ sql }) => sql),
  };
  await client.query("select set_config('apg_prove.plan', $1, true)", [JSON.stringify(plan)]);
  await client.query(volley);
  const { rows } = await client.query<{ outcomes: string; locks: number }>(
    "select current_setting('apg_prove.outcomes') as outcomes, (select count(*)::integer from pg_locks where pid = pg_backend_pid()) as locks",
  );
  const outcomes = (JSON.parse(rows[0]?.outcomes ?? "[]") as string[]).map(readOutcome);
  const expected = battery.roles.length * battery.contexts.length * battery.attacks.length;
  if (outcomes.length !== expected) throw new Error(`${outcomes.length} outcomes of ${expected} attacks`);
  return { outcomes, locks: rows[0]?.locks ?? 0 };
}

/** Rows, or code / constraint / 1 when the secret was told / message, apart by tabs. */
function readOutcome(text: string): Outcome {
  const [first = "", constraint = "", told = "", ...message] = text.split("\t");
  if (told === "") return { kind: "done", rows: Number(first) };
  return { kind: "error", code: first, constraint, tellsSecret: told === "1", message: message.join("\t") };
}

// Each attack is a subtransaction that is always rolled back: by its own error, or by APG00 after it went through.
const volley = `do $volley$
declare
  plan constant jsonb := current_setting('apg_prove.plan');
  secret constant text := plan ->> 'secret';
  roles constant text[] := array(select jsonb_array_elements_text(plan -> 'roles'));
  attacks constant text[] := array(select jsonb_array_elements_text(plan -> 'attacks'));
  outcomes text[] := '{}';
  role text;
  context jsonb;
  statement text;
  attack text;
  affected bigint;
  code text;
  broken text;
  said text;
  detail text;
  hint text;
begin
  foreach role in array roles loop
    for context in select jsonb_array_elements(plan -> 'contexts') loop
      begin
        execute format('set local session authorization %I', role);
        begin
          for statement in select jsonb_array_elements_text(context -> 'statements') loop
            execute statement;
          end loop;
        exception when others then
          -- A role that may not enter a tenant itself is given the context by somebody who may: the attack is no weaker then.
          begin
            set local session authorization default;
            for statement in select jsonb_array_elements_text(context -> 'statements') loop
              execute statement;
            end loop;
            execute format('set local session authorization %I', role);
          exception when others then
            null; -- refused altogether: goes on without a context
          end;
        end;
        foreach attack in array attacks loop
          begin
            execute attack;
            get diagnostics affected = row_count;
            raise exception using errcode = 'APG00';
          exception
            when sqlstate 'APG00' then
              outcomes := outcomes || affected::text;
            when others then
              get stacked diagnostics code = returned_sqlstate, broken = constraint_name, said = message_text,
                detail = pg_exception_detail, hint = pg_exception_hint;
              outcomes := outcomes || concat_ws(e'\\t', code, broken,
                case when position(secret in concat(said, detail, hint)) > 0 then '1' else '0' end,
                case when code <> '42501' then left(replace(said, secret, '(hidden)'), 200) end);
          end;
        end loop;
        raise exception using errcode = 'APG01';
      exception
        when sqlstate 'APG01' then
          null;
      end;
    end loop;
  end loop;
  perform set_config('apg_prove.outcomes', to_json(outcomes)::text, true);
end
$volley$`;
