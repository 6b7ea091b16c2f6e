import { createHmac, randomBytes } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Client, openPool, withClient } from "../../src/postgres/connect.ts";
import { contextKey, contextToken, hmacPads } from "../../src/postgres/context.ts";
import { tenantRead, tenantTransaction } from "../../src/postgres/transaction.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { testContextKey } from "../helpers/cluster.ts";
import { asTenant, enterTenant, testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();
beforeAll(() => seedTwoTenants(database.current));

const alpha = { tenantId: "alpha", actor: "user:ada", requestId: "r-1" };
const beta = { tenantId: "beta", actor: "user:bob" };
const enter = "select cash_management.enter($1)";

/** What the client's transaction sees and may do: whose accounts, and whether it can add one. */
async function reach(client: Client): Promise<{ seen: string[]; wrote: string }> {
  const { rows } = await client.query<{ tenant_id: string }>("select tenant_id from cash_management.cm_cash_accounts order by 1");
  const insert = `insert into cash_management.cm_banks (tenant_id, name) values ('alpha', 'x'), ('beta', 'x')`;
  return { seen: rows.map((row) => row.tenant_id), wrote: await outcome(client, insert) };
}
const nothing = { seen: [], wrote: "42501" };

/** "done", or the code of the refusal; the transaction goes on. */
async function outcome(client: Client, sql: string, values: unknown[] = []): Promise<string> {
  await client.query("savepoint attempt");
  try {
    await client.query(sql, values);
    return "done";
  } catch (error) {
    await client.query("rollback to attempt");
    return (error as { code: string }).code;
  }
}

function asApplication<T>(work: (client: Client) => Promise<T>): Promise<T> {
  return withClient(database.current.app, async (client) => {
    await client.query("begin");
    return await work(client).finally(() => client.query("rollback"));
  });
}

const stampOf = async (client: Client): Promise<string> =>
  (await client.query<{ stamp: string }>("select current_setting('app.context', true) as stamp")).rows[0]?.stamp ?? "";

describe("entering", () => {
  test("a signed token chooses tenant, actor and request for this transaction", async () => {
    const { rows } = await tenantTransaction(database.current.app, alpha, (tx) =>
      tx.query(`select cash_management.current_tenant() as tenant, cash_management.current_actor() as actor,
        cash_management.current_request() as request, (select count(*) from cash_management.cm_cash_accounts) as accounts`),
    );
    expect(rows).toEqual([{ tenant: "alpha", actor: "user:ada", request: "r-1", accounts: 1n }]);
  });

  test("what stands in an actor or a request comes back as it was, control characters as blanks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 60 }), fc.string({ maxLength: 60 }), async (actor, requestId) => {
        const { rows } = await tenantRead(database.current.app, { tenantId: "alpha", actor, requestId }, (tx) =>
          tx.query("select cash_management.current_actor() as actor, cash_management.current_request() as request"),
        );
        const shown = (text: string) => text.replace(/[\x00-\x1f\x7f]/g, " ") || null;
        expect(rows).toEqual([{ actor: shown(actor), request: shown(requestId) }]);
      }),
      { numRuns: 60 },
    );
  });

  test("a transaction is of one tenant: a second token is refused, and the first one stands", async () => {
    await asApplication(async (client) => {
      await enterTenant(client, "alpha");
      expect(await outcome(client, enter, [contextToken(testContextKey, beta)])).toBe("APG03");
      expect(await outcome(client, enter, [contextToken(testContextKey, alpha)])).toBe("APG03");
      expect((await reach(client)).seen).toEqual(["alpha"]);
    });
  });

  test("a savepoint that is rolled back takes the tenant along that was entered within it", async () => {
    await asApplication(async (client) => {
      await client.query("savepoint before");
      await enterTenant(client, "alpha");
      await client.query("rollback to before");
      expect(await reach(client)).toEqual(nothing);
    });
  });
});

const other = contextKey(randomBytes(32));
const now = Date.now();
const signed = (text: string) => `${text}\x1f${createHmac("sha256", testContextKey.secret).update(text).digest("hex")}`;
const fields = contextToken(testContextKey, beta).split("\x1f");
const withField = (place: number, value: string) =>
  signed(
    fields
      .map((field, at) => (at === place ? value : field))
      .slice(0, -1)
      .join("\x1f"),
  );

/** Tokens that are none, each with the refusal it meets. */
const bad: ReadonlyArray<readonly [what: string, token: string | null, code: string]> = [
  ["nothing", null, "APG01"],
  ["an empty text", "", "APG01"],
  ["a tenant's name", "beta", "APG01"],
  ["separators alone", "\x1f".repeat(7), "APG01"],
  ["a made-up signature", [...fields.slice(0, -1), "0".repeat(64)].join("\x1f"), "APG01"],
  ["another tenant under the same signature", fields.map((field) => (field === "beta" ? "alpha" : field)).join("\x1f"), "APG01"],
  ["another actor under the same signature", fields.map((field) => (field === "user:bob" ? "user:eve" : field)).join("\x1f"), "APG01"],
  ["a field more", `${fields.slice(0, -1).join("\x1f")}\x1f\x1f${fields.at(-1)}`, "APG01"],
  ["a field less", fields.slice(1).join("\x1f"), "APG01"],
  ["a key this database does not take", contextToken(other, beta), "APG02"],
  ["that key under the id of the right one", contextToken({ ...other, id: testContextKey.id }, beta), "APG01"],
  ["an expired one", contextToken(testContextKey, beta, null, now - 91_000), "APG04"],
  ["one from the future", contextToken(testContextKey, beta, null, now + 3_600_000), "APG04"],
  ["one that lasts a day", withField(1, String(now + 86_400_000)), "APG04"],
  ["one for another connection", contextToken(testContextKey, beta, 1), "APG01"],
  ["a malformed tenant, rightly signed", withField(4, "Beta"), "APG01"],
  ["no tenant, rightly signed", withField(4, ""), "APG01"],
  ["every tenant, rightly signed", withField(4, "*"), "APG01"],
];

describe("invariant 6: a context that is not the program's sees nothing and writes nothing", () => {
  test.each(bad)("%s is refused", async (_what, token, code) => {
    await asApplication(async (client) => {
      expect(await outcome(client, enter, [token])).toBe(code);
      expect(await reach(client)).toEqual(nothing);
    });
  });

  test("no bit of a token can be changed", async () => {
    const token = contextToken(testContextKey, beta);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.integer({ min: 1, max: 6 }), async (at, bit) => {
        const changed = token.slice(0, at) + String.fromCharCode(token.charCodeAt(at) ^ (1 << (bit - 1))) + token.slice(at + 1);
        await asApplication(async (client) => {
          expect(await outcome(client, enter, [changed])).toMatch(/^(APG0[124]|22021)$/);
          expect((await reach(client)).seen).toEqual([]);
        });
      }),
      { numRuns: 60 },
    );
  });

  test("a stamp says nothing in a later transaction, and nothing on another connection", async () => {
    await withClient(database.current.app, async (client) => {
      await client.query("begin");
      await enterTenant(client, "beta");
      const stamp = await stampOf(client);
      expect((await reach(client)).seen).toEqual(["beta"]);
      await withClient(database.current.app, async (elsewhere) => {
        await elsewhere.query("begin");
        await elsewhere.query("select set_config('app.context', $1, true)", [stamp]);
        expect(await reach(elsewhere)).toEqual(nothing);
        await elsewhere.query("rollback");
      });
      await client.query("commit; begin");
      await client.query("select set_config('app.context', $1, true)", [stamp]);
      expect(await reach(client)).toEqual(nothing);
      await client.query("rollback");
    });
  });

  test("a stamp set for the session says nothing in the next transaction", async () => {
    await withClient(database.current.app, async (client) => {
      await client.query("begin");
      await enterTenant(client, "beta");
      await client.query("select set_config('app.context', current_setting('app.context'), false)");
      await client.query("commit; begin");
      expect(await stampOf(client)).not.toBe("");
      expect(await reach(client)).toEqual(nothing);
      await client.query("rollback");
      // And the next tenant is not bothered by it.
      expect((await asTenant(database.current, "alpha", (tx) => reach(tx.client))).seen).toEqual(["alpha"]);
      await client.query("reset all");
    });
  });

  test("no bit of a stamp can be changed", async () => {
    await asApplication(async (client) => {
      await enterTenant(client, "alpha");
      const stamp = await stampOf(client);
      const tamperings = [
        stamp.replace("alpha", "beta"),
        stamp.replace("\x1ftest\x1f", "\x1feve\x1f"),
        `${"0".repeat(64)}${stamp.slice(64)}`,
        stamp.slice(0, 64),
        stamp.toUpperCase(),
        `${stamp}x`,
        "alpha",
        "\x1f\x1fbeta",
        "x".repeat(100_000),
      ];
      for (const tampered of tamperings) {
        await client.query("select set_config('app.context', $1, true)", [tampered]);
        expect((await reach(client)).seen, tampered.slice(0, 120)).toEqual([]);
      }
      await client.query("select set_config('app.context', $1, true)", [stamp]);
      expect((await reach(client)).seen).toEqual(["alpha"]);
    });
  });

  test("the old settings choose nobody any more", async () => {
    await asApplication(async (client) => {
      await client.query("select set_config('app.tenant_id', 'beta', true), set_config('app.actor', 'eve', true)");
      expect(await reach(client)).toEqual(nothing);
    });
  });

  test.each(["apg_user", "apg_gate", "apg_readonly_user", "monitoring", "apg_admin", "cm_owner", "audit_owner"])(
    "%s cannot read, change or add a key",
    async (role) => {
      await withClient(database.current.admin, async (client) => {
        await client.query(`begin; set local role ${role}`);
        // As the superuser the test may become anybody; who signs in as the role may not.
        for (const sql of [
          "select inner_pad from cash_management.cm_context_keys",
          "select from cash_management.cm_context_keys",
          "copy cash_management.cm_context_keys to stdout",
          "insert into cash_management.cm_context_keys values ('0123456789abcdef', 'token', '', '')",
          "update cash_management.cm_context_keys set not_after = now()",
          "delete from cash_management.cm_context_keys",
          "truncate cash_management.cm_context_keys",
          "create or replace function cash_management.context_part(p_part integer) returns text language sql return 'beta'",
        ])
          if (!sql.startsWith("set local role")) expect(await outcome(client, sql), sql).toBe("42501");
        await client.query("rollback");
      });
    },
  );
});

describe("keys", () => {
  test("the halves of an HMAC key give the HMAC that everybody else computes", async () => {
    const secret = randomBytes(32);
    const { inner, outer } = hmacPads(secret);
    const { rows } = await database.current.admin.query<{ mac: string }>(
      "select encode(sha256($2::bytea || sha256($1::bytea || convert_to($3, 'UTF8'))), 'hex') as mac",
      [inner, outer, "für alle"],
    );
    expect(rows[0]?.mac).toBe(createHmac("sha256", secret).update("für alle").digest("hex"));
  });

  test("a program whose key the database does not take is told how to bring it there", async () => {
    const pool = openPool({ url: database.current.url("apg_user"), applicationName: "test", max: 1, contextKey: () => other });
    await expect(tenantRead(pool, alpha, async () => "reached")).rejects.toMatchObject({
      code: "context_refused",
      hint: expect.stringContaining("--context-key-file="),
    });
    await pool.end();
  });

  test("each database stamps with a key of its own, and only with one", async () => {
    const { rows } = await database.current.admin.query<{ purpose: string; n: bigint }>(
      "select purpose, count(*) as n from cash_management.cm_context_keys group by 1 order by 1",
    );
    expect(rows).toEqual([
      { purpose: "stamp", n: 1n },
      { purpose: "token", n: 1n },
    ]);
  });
});

test("a parallel plan sees the same: its leader asks for the tenant, the workers could not", async () => {
  await tenantRead(database.current.app, alpha, async (tx) => {
    await tx.query("select set_config('debug_parallel_query', 'on', true) where current_setting('server_version_num')::int >= 160000");
    await tx.query("set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0; set local min_parallel_table_scan_size = 0");
    const { rows } = await tx.query("select distinct tenant_id from cash_management.cm_cash_flows");
    expect(rows).toEqual([{ tenant_id: "alpha" }]);
  });
});
