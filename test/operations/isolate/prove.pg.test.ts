import { Command } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { mountProveCommands } from "../../../src/operations/isolate/commands.ts";
import type { Leak, Proof } from "../../../src/operations/isolate/proof.ts";
import { type ProofOptions, proveIsolation } from "../../../src/operations/isolate/prove.ts";
import { type Client, openPool } from "../../../src/postgres/connect.ts";
import { contextKey } from "../../../src/postgres/context.ts";
import type { Database } from "../../../src/postgres/database.ts";
import type { Settings } from "../../../src/settings/list.ts";
import type { CommandContext } from "../../../src/terminal/command.ts";
import { rowCounts } from "../../helpers/contents.ts";
import { testDatabase } from "../../helpers/postgres.ts";

const database = testDatabase();
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

describe("a database as the migrations make it", () => {
  let proof: Proof;

  test("invariants 1 to 6 and 8 to 12: every table and partition holds against every role, command and context", async () => {
    proof = await proveIsolation(database.current.admin);
    expect(proof.leaks).toEqual([]);
    expect(proof.notProven).toEqual([]);
    expect(proof.proven).toBe(true);
    expect(proof.attacks).toBeGreaterThan(50_000);
    expect(proof.facts).toBeGreaterThan(1_000);
    // Less than two for each of more than two hundred partitions, which have some five indexes each.
    expect(proof.mostLocks).toBeLessThan(500);
  }, 240_000);

  test("nothing was left out: each table, each partition, each role of ours", async () => {
    const { rows } = await database.current.admin.query<{ name: string; parts: number; owner: string }>(
      `select coalesce(pg_partition_root(c.oid), c.oid)::regclass::text as name, count(*)::int - 1 as parts,
         (array_agg(pg_get_userbyid(relowner)::text))[1] as owner
       from pg_class as c join pg_namespace as n on n.oid = relnamespace
       where relkind in ('r', 'p') and nspname in ('analytics', 'audit', 'cash_management', 'cm_parts', 'maintenance', 'ml_models')
       group by 1 order by 1`,
    );
    const attacked = new Map(proof.matrix.map((row) => [row.table, row]));
    for (const { name, parts, owner } of rows) {
      const row = attacked.get(name);
      expect(row?.partitions, name).toBe(parts);
      for (const role of proof.roles) {
        const atLeast = role === owner ? parts * 3 : 4 + parts * 8;
        if (atLeast > 0) expect(row?.cells[role]?.attacks, `${name} ${role}`).toBeGreaterThanOrEqual(atLeast);
      }
    }
    for (const role of ["apg_user", "apg_readonly_user", "apg_admin", "monitoring", "backup_user", "replicator", "cm_owner", "PUBLIC"])
      expect(proof.roles).toContain(role);
  });

  test("the exceptions are those that are written down, and each was met", () => {
    expect(proof.exceptions.map(({ role }) => role)).toEqual(expect.arrayContaining(["backup_user", "apg_admin", "cm_gatekeeper"]));
    const backup = proof.exceptions.find(({ role }) => role === "backup_user");
    // The rows were there to be seen: who may read all tenants did.
    expect(backup?.attacks).toBeGreaterThan(1_000);
  });

  test("the attacks leave no tenant, no role and no row of the trail", async () => {
    const { rows } = await database.current.admin.query(
      `select tenant_id::text as name from cash_management.cm_tenants
       union all select rolname from pg_roles where rolname like 'prove%'
       union all select tenant_id from audit.audit_log where tenant_id like 'prove-%'`,
    );
    expect(rows).toEqual([]);
  });
});

describe("a table with more partitions than locks", () => {
  const options = { tables: ["cm_bank_transactions"], roles: ["apg_user", "cm_owner"] };
  const narrow = { ...options, partitionsAtOnce: 10, locksAtOnce: 20 };

  test("is attacked in parts and day by day, and nothing is left out", async () => {
    const { admin } = database.current;
    const [whole, parts] = [await proveIsolation(admin, options), await proveIsolation(admin, narrow)];
    expect([whole.proven, parts.proven]).toEqual([true, true]);
    // One attack less for each role in each of two contexts: nothing rules out a day in "merge not matched by source".
    const missing = database.current.major >= 17 ? 2 : 0;
    expect(parts.matrix.map(({ table, partitions }) => [table, partitions])).toEqual(
      whole.matrix.map(({ table, partitions }) => [table, partitions]),
    );
    for (const role of options.roles) {
      const cells = [whole, parts].map(({ matrix }) => matrix[0]?.cells[role]?.attacks ?? 0);
      expect(cells[1]).toBe((cells[0] ?? 0) - missing);
    }
    expect(parts.mostLocks).toBeLessThan(200);
    expect(parts.facts).toBe(whole.facts);
  });

  test("its leaks are found, on the table and on a partition of the last part", async () => {
    const { admin } = database.current;
    const { rows } = await admin.query<{ part: string }>(
      "select relid::text as part from pg_partition_tree('cash_management.cm_bank_transactions') where isleaf order by 1 desc limit 1",
    );
    const part = rows[0]?.part ?? "";
    const supposing = async (client: Client) => {
      await client.query("create policy hole on cash_management.cm_bank_transactions using (true)");
      await client.query(`grant usage on schema cm_parts to apg_user; grant select on ${part} to apg_user`);
    };
    const { leaks } = await proveIsolation(admin, { ...narrow, supposing });
    expect(leaks.find(({ objects }) => objects.includes(part))?.commands).toContain("select");
    const table = leaks.find(({ objects, role }) => objects.includes("cash_management.cm_bank_transactions") && role === "apg_user");
    expect(table?.commands).toEqual(
      expect.arrayContaining(["select", "select of any other tenant", "copy to", "cursor", "prepared, force_generic_plan"]),
    );
  });
});

/** Plants a fault in the database, proves what matters, cures it, and proves again. */
async function planted(plant: string, cure: string, options: ProofOptions): Promise<readonly Leak[]> {
  const { admin } = database.current;
  await admin.query(plant);
  try {
    const proof = await proveIsolation(admin, options);
    expect(proof.proven).toBe(false);
    return proof.leaks;
  } finally {
    await admin.query(cure);
    const cured = await proveIsolation(admin, options);
    expect(cured.leaks).toEqual([]);
    expect(cured.notProven).toEqual([]);
  }
}

/** Roles belong to the whole cluster, so those of a test are made in the proof's own transaction: no other test meets them. */
function supposing(sql: string): Promise<Proof> {
  return proveIsolation(database.current.admin, { tables: ["cm_banks"], supposing: (client) => client.query(sql) });
}

const banks = "cash_management.cm_banks";
const policy = `create policy tenant_isolation on ${banks} using (tenant_id = (select cash_management.current_tenant()))
  with check (tenant_id = (select cash_management.current_tenant()))`;
const app = { roles: ["apg_user"] };

describe("a planted leak is found and named", () => {
  test("a policy dropped (invariant 10)", async () => {
    const leaks = await planted(`drop policy tenant_isolation on ${banks}`, policy, { tables: ["cm_banks"], ...app });
    expect(leaks).toMatchObject([{ table: banks, commands: ["no policy for reading and writing"] }]);
    expect(leaks[0]?.advice).toContain(`select maintenance.secure_table('${banks}')`);
  });

  test("a policy that shows everything (invariants 1, 2, 4, 5, 8)", async () => {
    const leaks = await planted(`create policy open on ${banks} using (true)`, `drop policy open on ${banks}`, { tables: [banks], ...app });
    const attack = leaks.find(({ contexts }) => contexts.length > 0);
    expect(attack).toMatchObject({ table: banks, role: "apg_user" });
    expect(attack?.commands).toEqual(
      expect.arrayContaining([
        "select",
        "aggregate",
        "copy to",
        "cursor",
        "update",
        "merge matched update",
        "prepared, auto",
        "prepared, force_generic_plan",
      ]),
    );
    expect(attack?.contexts).toEqual(expect.arrayContaining(["own tenant", "none", "empty key", "key with a wildcard"]));
    expect(leaks).toContainEqual(expect.objectContaining({ commands: ["a policy is wider than the tenant"] }));
  });

  test("a policy with a wider WITH CHECK: rows are written for others (invariant 2)", async () => {
    const leaks = await planted(
      `alter policy tenant_isolation on ${banks} with check (true)`,
      `alter policy tenant_isolation on ${banks} with check (tenant_id = (select cash_management.current_tenant()))`,
      { tables: [banks], ...app },
    );
    const attack = leaks.find(({ contexts }) => contexts.length > 0);
    expect(attack?.commands).toEqual(expect.arrayContaining(["insert", "insert select", "merge not matched insert"]));
    expect(attack?.commands).not.toContain("select");
  });

  test("FORCE taken away: the owner sees everything (invariant 10)", async () => {
    const leaks = await planted(`alter table ${banks} no force row level security`, `alter table ${banks} force row level security`, {
      tables: [banks],
      roles: ["cm_owner", "apg_user"],
    });
    expect(leaks).toContainEqual(expect.objectContaining({ table: banks, role: "cm_owner", evidence: "1 row of another tenant" }));
    expect(leaks).toContainEqual(expect.objectContaining({ commands: ["row-level security is not forced"] }));
    expect(leaks.some(({ role }) => role === "apg_user")).toBe(false);
  });

  test("row-level security off on one partition that is granted (invariant 3)", async () => {
    const part = "cm_parts.cm_cash_accounts_p3";
    const leaks = await planted(
      `alter table ${part} disable row level security; grant select, update on ${part} to apg_user; grant usage on schema cm_parts to apg_user`,
      `alter table ${part} enable row level security; revoke all on ${part} from apg_user; revoke usage on schema cm_parts from apg_user`,
      { tables: ["cm_cash_accounts"], ...app },
    );
    const attack = leaks.find(({ contexts }) => contexts.length > 0);
    expect(attack).toMatchObject({ table: "cash_management.cm_cash_accounts", objects: [part], role: "apg_user" });
    expect(attack?.commands).toEqual(expect.arrayContaining(["select", "update", "copy to"]));
    expect(leaks).toContainEqual(expect.objectContaining({ objects: [part], commands: ["row-level security is not forced"] }));
  });

  test("a grant on a partition, with the right to name its schema (invariant 3)", async () => {
    const part = `cm_parts.audit_log_${new Date().toISOString().slice(0, 7).replace("-", "_")}`;
    const leaks = await planted(
      `grant select on ${part} to monitoring; grant usage on schema cm_parts to monitoring`,
      `revoke select on ${part} from monitoring; revoke usage on schema cm_parts from monitoring`,
      { tables: ["audit.audit_log"], roles: ["monitoring"] },
    );
    expect(leaks).toContainEqual(
      expect.objectContaining({ objects: [part], role: "monitoring", commands: expect.arrayContaining(["select", "lock"]) }),
    );
    expect(leaks).toContainEqual(expect.objectContaining({ objects: [part], role: "monitoring", commands: ["a grant on a partition"] }));
  });

  test("a view with its owner's rights (invariant 9)", async () => {
    const leaks = await planted(
      `create view cash_management.all_banks as select name from ${banks}; grant select on cash_management.all_banks to apg_user`,
      "alter view cash_management.all_banks set (security_invoker = true)",
      { tables: ["all_banks", "cm_banks"], ...app },
    );
    await database.current.admin.query("drop view cash_management.all_banks");
    expect(leaks).toContainEqual(
      expect.objectContaining({ table: "cash_management.all_banks", role: "apg_user", commands: expect.arrayContaining(["select"]) }),
    );
    expect(leaks).toContainEqual(expect.objectContaining({ commands: ["a view has its owner's rights"] }));
  });

  test("a materialized view that tenants may read (invariant 9)", async () => {
    const leaks = await planted(
      `create materialized view cash_management.stored_banks as select 'another-one' as tenant_id, 1 as banks; grant select on cash_management.stored_banks to apg_user`,
      "revoke select on cash_management.stored_banks from apg_user",
      { tables: ["stored_banks"], ...app },
    );
    await database.current.admin.query("drop materialized view cash_management.stored_banks");
    expect(leaks).toContainEqual(expect.objectContaining({ role: "apg_user", commands: ["select"], contexts: ["own tenant", "none"] }));
    expect(leaks).toContainEqual(expect.objectContaining({ role: "apg_user", commands: ["a materialized view is readable"] }));
  });

  test("a definer function that does not ask for the tenant, and pins no search_path (invariant 9)", async () => {
    const leaks = await planted(
      `create function cash_management.bank_names() returns setof text language sql security definer as 'select name from ${banks}';
       revoke execute on function cash_management.bank_names() from public; grant execute on function cash_management.bank_names() to apg_user`,
      "alter function cash_management.bank_names() security invoker",
      { tables: ["bank_names", "cm_banks"], ...app },
    );
    await database.current.admin.query("drop function cash_management.bank_names()");
    expect(leaks).toContainEqual(
      expect.objectContaining({
        table: "cash_management.bank_names",
        role: "apg_user",
        commands: ["call about them"],
        contexts: ["own tenant", "none"],
      }),
    );
    expect(leaks).toContainEqual(expect.objectContaining({ commands: ["a definer function without search_path"] }));
  });

  test("a definer function that tells whether there is such a tenant (invariant 12)", async () => {
    const leaks = await planted(
      `create function cash_management.is_customer(p_tenant text) returns boolean language sql stable security definer
         set search_path = pg_catalog, pg_temp return exists (select from cash_management.cm_tenants where tenant_id = p_tenant);
       revoke execute on function cash_management.is_customer(text) from public;
       grant execute on function cash_management.is_customer(text) to apg_user`,
      "alter function cash_management.is_customer(text) security invoker",
      { tables: ["is_customer"], ...app },
    );
    await database.current.admin.query("drop function cash_management.is_customer(text)");
    expect(leaks).toMatchObject([
      { table: "cash_management.is_customer", role: "apg_user", commands: ["call that tells them from nobody"] },
    ]);
  });

  test("BYPASSRLS on a login (invariant 10)", async () => {
    const { leaks } = await supposing("create role bypassing login bypassrls; grant apg_readonly to bypassing");
    const role = "bypassing";
    expect(leaks).toMatchObject([{ table: banks, role, evidence: "1 row of another tenant" }]);
  });

  test("a reference without tenant: a row of A refers to B's (invariant 11)", async () => {
    const leaks = await planted(
      `create table cash_management.cm_owners (tenant_id cash_management.tenant_key not null, id uuid not null primary key, unique (tenant_id, id));
       create table cash_management.cm_ships (tenant_id cash_management.tenant_key not null, id uuid not null, owner_id uuid not null references cash_management.cm_owners (id), primary key (tenant_id, id));
       alter table cash_management.cm_owners owner to cm_owner; alter table cash_management.cm_ships owner to cm_owner;
       select maintenance.secure_table('cash_management.cm_owners'), maintenance.secure_table('cash_management.cm_ships');
       grant select, insert on cash_management.cm_owners, cash_management.cm_ships to apg_user`,
      "drop table cash_management.cm_ships, cash_management.cm_owners; create table cash_management.cm_ships (); comment on table cash_management.cm_ships is 'local: a stand-in'; select maintenance.secure_shared_table('cash_management.cm_ships'); alter table cash_management.cm_ships owner to cm_owner",
      { tables: ["cm_ships"], ...app },
    );
    await database.current.admin.query("drop table cash_management.cm_ships");
    expect(leaks).toContainEqual(
      expect.objectContaining({ role: "apg_user", commands: ["reference by cm_ships_owner_id_fkey"], contexts: ["own tenant"] }),
    );
    expect(leaks).toContainEqual(expect.objectContaining({ commands: ["a reference without tenant"] }));
  });

  test("a unique key without tenant tells which keys others have (invariants 11, 12)", async () => {
    const leaks = await planted(`create unique index one_name_for_all on ${banks} (name)`, "drop index cash_management.one_name_for_all", {
      tables: ["cm_banks"],
      ...app,
    });
    const attack = leaks.find(({ contexts }) => contexts.length > 0);
    expect(attack).toMatchObject({ role: "apg_user", commands: ["insert of their cash_management.one_name_for_all"] });
    expect(attack?.evidence).toContain("23505 by one_name_for_all");
    expect(leaks).toContainEqual(expect.objectContaining({ commands: ["a unique key without tenant"] }));
  });

  test("a login that belongs to the owner may switch policies off (invariant 10)", async () => {
    const { leaks } = await supposing("create role member login; grant cm_owner to member");
    const role = "member";
    const attack = leaks.find(({ contexts }) => contexts.length > 0);
    expect(attack).toMatchObject({ role, table: banks });
    expect(attack?.commands).toEqual(expect.arrayContaining(["disable row level security", "add a policy"]));
  });

  test("a new table without row-level security (invariant 10)", async () => {
    const leaks = await planted(
      `create table cash_management.cm_new (tenant_id cash_management.tenant_key not null primary key, iban text not null);
       alter table cash_management.cm_new owner to cm_owner; grant select, insert, update, delete on cash_management.cm_new to apg_user`,
      "alter table cash_management.cm_new enable row level security; select maintenance.secure_table('cash_management.cm_new')",
      { tables: ["cm_new"], ...app },
    );
    await database.current.admin.query("drop table cash_management.cm_new");
    expect(leaks.find(({ contexts }) => contexts.length > 0)?.commands).toEqual(
      expect.arrayContaining(["select", "insert", "update", "delete"]),
    );
  });

  /** What the policies ask, believing what it is told instead of checking it. */
  async function believing(answer: string): Promise<readonly Leak[]> {
    const { rows } = await database.current.admin.query<{ definition: string }>(
      "select pg_get_functiondef('cash_management.current_tenant()'::regprocedure) as definition",
    );
    return planted(
      `create or replace function cash_management.current_tenant() returns text
         language sql stable security definer parallel restricted set search_path = pg_catalog, pg_temp
         return nullif(${answer}, '')`,
      rows[0]?.definition ?? "",
      { tables: ["cm_banks"], ...app },
    );
  }

  test("invariant 6: a context that anybody may set is found by each forgery", async () => {
    const leaks = await believing("split_part(current_setting('app.context', true), e'\\x1f', 3)");
    expect(leaks.flatMap(({ contexts }) => contexts).sort()).toEqual([
      "own stamp with the other tenant's name",
      "stamp of an earlier transaction",
      "stamp of an earlier transaction, for the session",
      "stamp signed with nothing",
      "stamp with a signature of zeros",
    ]);
  });

  test("invariant 6: the setting that was trusted before is found when it is trusted again", async () => {
    const leaks = await believing("current_setting('app.tenant_id', true)");
    expect(leaks).toMatchObject([
      { contexts: ["the settings of before"], commands: expect.arrayContaining(["select", "insert", "update"]) },
    ]);
  });

  test("invariant 6: keys of contexts that the application may read are found", async () => {
    const leaks = await planted(
      "grant select on cash_management.cm_context_keys to apg_user",
      "revoke select on cash_management.cm_context_keys from apg_user",
      { tables: ["cm_context_keys"], ...app },
    );
    expect(leaks).toMatchObject([{ table: "cash_management.cm_context_keys", role: "apg_user", commands: ["select"] }]);
  });

  test("a table that takes no row the proof can make is not proven, and that fails", async () => {
    const { admin } = database.current;
    await admin.query(
      `create table cash_management.cm_odd (tenant_id cash_management.tenant_key not null primary key, word text not null check (md5(word) = 'x'));
       alter table cash_management.cm_odd owner to cm_owner; select maintenance.secure_table('cash_management.cm_odd')`,
    );
    const proof = await proveIsolation(admin, { tables: ["cm_odd"] });
    await admin.query("drop table cash_management.cm_odd");
    expect(proof).toMatchObject({ proven: false, leaks: [], notProven: [{ object: "cash_management.cm_odd" }] });
    expect(proof.notProven[0]?.reason).toContain("no row to attack");
  });
});

describe("apg db prove isolation", () => {
  /** The command as the program mounts it. */
  async function apg(...words: string[]): Promise<{ said: string; code: unknown }> {
    const open = { database: { admin: database.current.admin } as unknown as Database, settings: {} as Settings };
    const context: CommandContext = { settings: () => open.settings, withDatabase: (_command, work) => work(open) };
    const program = new Command();
    mountProveCommands(program, context);
    const said: string[] = [];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
    await program.parseAsync(["db", "prove", "isolation", ...words], { from: "user" });
    vi.restoreAllMocks();
    return { said: said.join(""), code: process.exitCode };
  }

  test("prints the matrix, the count of attacks and the verdict", async () => {
    const { said, code } = await apg("--table", "cm_banks", "--role", "apg_user", "--role", "PUBLIC");
    expect(said).toMatch(/ 1 {2}apg_user\n +2 {2}PUBLIC/);
    expect(said).toMatch(/cash_management\.cm_banks +\d{3} +\d{3}/);
    expect(said).toMatch(/proven: no leak in \d+ attacks by 2 roles in \d+ contexts/);
    expect(code).toBeUndefined();
  });

  test("exits 1 on a leak, and names table, role, command, context and what to do, without a value of any tenant", async () => {
    await database.current.admin.query(`create policy open on ${banks} using (true)`);
    const shown = await apg("--table", "cm_banks", "--role", "apg_user").finally(() =>
      database.current.admin.query(`drop policy open on ${banks}`),
    );
    expect(shown.code).toBe(1);
    expect(shown.said).toMatch(
      /LEAK {2}cash_management\.cm_banks {2}apg_user\n {2}command {2}select, .* more\n {2}context {2}own tenant, /,
    );
    expect(shown.said).toContain("drop policy open on cash_management.cm_banks");
    expect(shown.said).not.toMatch(/secret-|prove-b/);
  });

  test("--json is the whole proof", async () => {
    const { said } = await apg("--table", "cm_banks", "--json");
    expect(JSON.parse(said)).toMatchObject({ proven: true, matrix: [{ table: banks, partitions: 0 }], leaks: [], notProven: [] });
  });

  test("a table or role that is not there is refused", async () => {
    await expect(apg("--table", "cm_bank")).rejects.toMatchObject({ code: "not_found" });
    await expect(apg("--table", "cm_banks", "--role", "nobody")).rejects.toMatchObject({ code: "not_found" });
  });

  test("who is no superuser cannot prove anything", async () => {
    await expect(proveIsolation(database.current.app)).rejects.toMatchObject({ code: "forbidden" });
  });

  test("who signs with a key that the database does not take is told so", async () => {
    const stranger = openPool({
      url: database.current.url(),
      applicationName: "apg test",
      max: 1,
      contextKey: () => contextKey(Buffer.alloc(32)),
    });
    await expect(proveIsolation(stranger).finally(() => stranger.end())).rejects.toMatchObject({ code: "context_refused" });
  });

  test("rows of existing tenants are as before", async () => {
    const { admin } = database.current;
    await admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ('acme', 'Acme')");
    const before = await rowCounts(admin, "acme");
    await proveIsolation(admin, { tables: ["cm_tenants"] });
    expect(await rowCounts(admin, "acme")).toEqual(before);
  });
});
