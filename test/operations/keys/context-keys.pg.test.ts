import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { mountContextKeyCommands } from "../../../src/operations/keys/context-commands.ts";
import { retire, rotateContextKey } from "../../../src/operations/keys/context-keys.ts";
import { openPool, type Pool } from "../../../src/postgres/connect.ts";
import { type ContextKey, type ContextKeySource, contextKey, hmacPads } from "../../../src/postgres/context.ts";
import { contextKeyFrom, writeNewContextKey } from "../../../src/postgres/context-key-file.ts";
import { installContextKey, type KnownContextKey, listContextKeys } from "../../../src/postgres/context-keys.ts";
import { adminTransaction, tenantRead, tenantTransaction } from "../../../src/postgres/transaction.ts";
import type { Settings } from "../../../src/settings/list.ts";
import type { CommandContext } from "../../../src/terminal/command.ts";
import { seedTwoTenants } from "../../database/seed.ts";
import { testContextKey } from "../../helpers/cluster.ts";
import { testDatabase } from "../../helpers/postgres.ts";

const database = testDatabase();
const folder = mkdtempSync(join(tmpdir(), "apg-context-keys-"));
const file = join(folder, "shared");
const actor = "command:ada";
const opened: Pool[] = [];
beforeAll(() => seedTwoTenants(database.current));
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  for (const pool of opened) await pool.end();
  rmSync(folder, { recursive: true });
});

/** A program instance: apg_user's pool with a key of its own. */
function instance(key: ContextKeySource): Pool {
  const pool = openPool({ url: database.current.url("apg_user"), applicationName: "apg test", max: 2, contextKey: key });
  opened.push(pool);
  return pool;
}

const rotate = (overlapMinutes = 60) => rotateContextKey(database.current.admin, { actor, overlapMinutes, into: { replace: file } });
const keys = (): Promise<KnownContextKey[]> => adminTransaction(database.current.admin, listContextKeys);
const stateOf = async (key: ContextKey) => (await keys()).find(({ id }) => id === key.id)?.state;
const accounts = (pool: Pool) =>
  tenantRead(pool, { tenantId: "alpha", actor: "test" }, (tx) => tx.query("select from cash_management.cm_cash_accounts"));

test("invariant 6: keys rotate under load without a failed transaction; a retired key's tokens are refused", async () => {
  writeNewContextKey(file, testContextKey);
  // Two programs read the shared file; the third was given the key and is forgotten.
  const [first, second, forgotten] = [
    instance(contextKeyFrom(file, false)),
    instance(contextKeyFrom(file, false)),
    instance(() => testContextKey),
  ];
  const failures: unknown[] = [];
  let done = 0;
  let working = true;
  const work = async (pool: Pool) => {
    while (working)
      await accounts(pool).then(
        ({ rowCount }) => {
          expect(rowCount).toBe(1);
          done += 1;
        },
        (error) => failures.push(error),
      );
  };
  const load = [first, second, forgotten, first, second].map(work);
  await delay(200);
  const made: ContextKey[] = [];
  for (let turn = 0; turn < 2; turn += 1) {
    made.push(await rotate());
    await delay(1_100);
  }
  expect([await stateOf(testContextKey), await stateOf(made[0] as ContextKey), await stateOf(made[1] as ContextKey)]).toEqual([
    "ending",
    "ending",
    "current",
  ]);
  working = false;
  await Promise.all(load);
  expect(failures).toEqual([]);
  expect(done).toBeGreaterThan(100);

  expect(await retire(database.current.admin, actor, [testContextKey.id])).toEqual([testContextKey.id]);
  await expect(accounts(forgotten)).rejects.toMatchObject({ code: "context_refused" });
  for (const pool of [first, second, instance(() => made[0] as ContextKey)]) await accounts(pool);
}, 20_000);

test("a retired key does not come back: not by a program that migrates with it, and its halves are nowhere", async () => {
  const again = adminTransaction(database.current.admin, (client) => installContextKey({ client, actor }, testContextKey));
  await expect(again).rejects.toMatchObject({ code: "context_refused", message: expect.stringContaining(testContextKey.id) });
  const { rows } = await database.current.admin.query<{ inner_pad: Buffer; outer_pad: Buffer }>(
    "select inner_pad, outer_pad from cash_management.cm_context_keys",
  );
  const { inner, outer } = hmacPads(testContextKey.secret);
  expect(rows.some((row) => row.inner_pad.equals(inner) || row.outer_pad.equals(outer))).toBe(false);
  // Nor anything that somebody could know.
  for (const row of rows) expect(new Set(row.inner_pad).size).toBeGreaterThan(20);
  expect(await retire(database.current.admin, actor, [testContextKey.id])).toEqual([]);
});

test("a transaction goes on through a rotation; the key of its stamp is retired when it has ended, not before", async () => {
  const pool = instance(contextKeyFrom(file, false));
  const seen = "select cash_management.current_tenant() as tenant, count(*)::int as n from cash_management.cm_cash_accounts";
  const stamp = (await keys()).find(({ purpose, state }) => purpose === "stamp" && state === "current");
  await tenantTransaction(pool, { tenantId: "alpha", actor: "test" }, async (tx) => {
    expect((await tx.query(seen)).rows).toEqual([{ tenant: "alpha", n: 1 }]);
    await rotate(0);
    expect(await retire(database.current.admin, actor, null)).not.toContain(stamp?.id);
    expect((await tx.query(seen)).rows).toEqual([{ tenant: "alpha", n: 1 }]);
  });
  expect(await retire(database.current.admin, actor, null)).toContain(stamp?.id);
  // The file has been read again by now, or will be within a second.
  await accounts(instance(contextKeyFrom(file, false)));
});

test("a new key that cannot be written is not taken, and the old ones stay", async () => {
  const before = (await keys()).filter(({ state }) => state === "current");
  const into = { replace: join(folder, "shared", "below-a-file") };
  await expect(rotateContextKey(database.current.admin, { actor, overlapMinutes: 1, into })).rejects.toMatchObject({
    code: "data_dir_unusable",
  });
  expect((await keys()).filter(({ state }) => state === "current")).toEqual(before);
});

test("the trail tells who made and who ended a key, and nothing of the key", async () => {
  const { rows } = await database.current.admin.query<{ operation: string; actor: string; new_values: Record<string, unknown> }>(
    "select operation, actor, new_values from audit.audit_log where table_name = 'cm_context_keys' and row_key = $1 order by id",
    [testContextKey.id],
  );
  expect(rows.map(({ operation }) => operation)).toEqual(["INSERT", "UPDATE", "UPDATE"]);
  expect(rows.map((row) => row.actor)).toEqual(["apg", actor, actor]);
  expect(rows[2]?.new_values).toMatchObject({ is_retired: true, inner_pad: "(redacted)", outer_pad: "(redacted)" });
});

/** The commands as the program mounts them, for a program that reads `own`; answers what they print. */
async function apg(own: { readonly key: ContextKeySource; readonly file: string | null }, ...words: string[]): Promise<string> {
  const settings = {} as Settings;
  const opened = { ...database.current, contextKey: own.key, contextKeyFile: own.file };
  const context: CommandContext = {
    settings: () => settings,
    withDatabase: (_command, work) => work({ database: opened as never, settings }),
  };
  const program = new Command().exitOverride();
  mountContextKeyCommands(program, context);
  const written: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  await program.parseAsync(["context", ...words], { from: "user" });
  vi.restoreAllMocks();
  return written.join("");
}

test("the commands: list says which key is whose, rotate what to do next, retire what it did", async () => {
  const shared = { key: contextKeyFrom(file, false), file };
  const old = shared.key();
  expect(await apg(shared, "list")).toMatch(new RegExp(`${old.id} +programs +current .*this program\\n`));
  const said = await apg(shared, "rotate", "--overlap", "5");
  expect(said).toMatch(
    new RegExp(`^Programs that read ${file} sign with [0-9a-f]{16} within a second\\.\\n[^]*${old.id} is taken until .*\\n`),
  );
  const fresh = contextKeyFrom(file, false);
  expect(await apg({ key: fresh, file }, "retire", old.id)).toBe(`1 key retired: ${old.id}\n`);
  await expect(apg({ key: fresh, file }, "retire", fresh().id)).rejects.toMatchObject({ code: "invalid_input" });
  await expect(apg({ key: fresh, file }, "retire", "0123456789abcdef")).rejects.toMatchObject({ code: "not_found" });
  const stamp = (await keys()).find(({ purpose }) => purpose === "stamp")?.id ?? "";
  await expect(apg({ key: fresh, file }, "retire", stamp)).rejects.toMatchObject({ code: "invalid_input" });
  for (const overlap of ["0", "-1", "x", "100000"])
    await expect(apg({ key: fresh, file }, "rotate", `--overlap=${overlap}`)).rejects.toMatchObject({ code: "invalid_input" });
});

test("a key that came from the environment is replaced into a file to be handed on, and into nothing else", async () => {
  const given = { key: contextKeyFrom(file, false), file: null };
  await expect(apg(given, "rotate")).rejects.toMatchObject({ code: "invalid_input", hint: expect.stringContaining("--to-file") });
  const next = join(folder, "next");
  const answer = JSON.parse(await apg(given, "rotate", "--to-file", next, "--json")) as { id: string; ending: { id: string }[] };
  const secret = Buffer.from(readFileSync(next, "utf8").trim(), "base64url");
  expect(answer).toMatchObject({ id: contextKey(secret).id, file: next });
  expect(answer.ending.map(({ id }) => id)).toContain(given.key().id);
  await accounts(instance(() => contextKey(secret)));
  await expect(apg(given, "rotate", "--to-file", next)).rejects.toMatchObject({ code: "invalid_input" });
  expect(existsSync(next)).toBe(true);
});
