import { Ajv } from "ajv";
import { Command } from "commander";
import { afterEach, expect, test, vi } from "vitest";
import type { Check } from "../../../src/operations/lint/check.ts";
import { readCheck } from "../../../src/operations/lint/check-files.ts";
import { mountLintCommand } from "../../../src/operations/lint/commands.ts";
import { lintDatabase } from "../../../src/operations/lint/lint.ts";
import { sarifOf } from "../../../src/operations/lint/sarif.ts";
import { withClient } from "../../../src/postgres/connect.ts";
import type { Database } from "../../../src/postgres/database.ts";
import type { Settings } from "../../../src/settings/list.ts";
import type { CommandContext } from "../../../src/terminal/command.ts";
import { testDatabase } from "../../helpers/postgres.ts";
import { sarifShape } from "./sarif-shape.ts";

const database = testDatabase();
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** The command as the program mounts it. */
async function apg(...words: string[]): Promise<{ said: string; code: unknown }> {
  const open = { database: { admin: database.current.admin } as unknown as Database, settings: {} as Settings };
  const context: CommandContext = { settings: () => open.settings, withDatabase: (_command, work) => work(open) };
  const program = new Command();
  mountLintCommand(program, context);
  const said: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  await program.parseAsync(["db", "lint", ...words], { from: "user" });
  vi.restoreAllMocks();
  return { said: said.join(""), code: process.exitCode };
}

test("a clean database answers 0; a fault answers 1 with its fix, and the printed script makes it clean again", async () => {
  const only = ["--check", "tenant_table_without_row_level_security"];
  expect(await apg(...only)).toMatchObject({ code: undefined, said: expect.stringContaining("1 checks: 0 error") });
  await database.current.admin.query("alter table cash_management.cm_banks disable row level security");
  const found = await apg(...only);
  expect(found.code).toBe(1);
  expect(found.said).toMatch(/error \(1\)\n\n {2}0001 tenant_table_without_row_level_security: cash_management\.cm_banks/);
  expect(found.said).toContain("alter table cash_management.cm_banks enable row level security");
  process.exitCode = undefined;
  expect((await apg(...only, "--fail-on", "never")).code).toBeUndefined();
  const script = await apg("--check", "0001", "--fix");
  await database.current.admin.query(script.said);
  process.exitCode = undefined;
  expect((await apg(...only)).code).toBeUndefined();
});

test("--json says what was found, why, and what cures it", async () => {
  await database.current.admin.query("alter table cash_management.cm_banks disable row level security");
  const answer = JSON.parse((await apg("--check", "0001", "--json")).said) as { findings: object[]; checks: number };
  await database.current.admin.query("alter table cash_management.cm_banks enable row level security");
  expect(answer.checks).toBe(1);
  expect(answer.findings).toEqual([
    {
      check: "tenant_table_without_row_level_security",
      id: "0001",
      level: "error",
      category: "isolation",
      object: "cash_management.cm_banks",
      detail: "has no row-level security",
      evidence: expect.stringContaining("relrowsecurity"),
      why: expect.stringContaining("partition"),
      fix: "alter table cash_management.cm_banks enable row level security;",
    },
  ]);
});

test("a check that is not there is refused with where to look", async () => {
  await expect(apg("--check", "no_such_thing")).rejects.toMatchObject({
    code: "invalid_input",
    hint: expect.stringContaining("checks.md"),
  });
});

const header = (name: string) =>
  `-- id: ${name.slice(0, 4)}\n-- title: t\n-- level: warn\n-- category: keys\n-- why: w,\n--   still w\n-- proves: p\n-- versions: 15-18\n`;
const checkOf = (fileName: string, sql: string) => readCheck(fileName, header(fileName) + sql);
const one = (name: string, object = "x.y") =>
  `select '${name}' as name, 'warn' as level, '${object}' as object, 'd' as detail, 'e' as evidence, 'select 1' as fix`;

const lint = (checks: readonly Check[], exceptions: Parameters<typeof lintDatabase>[1]["exceptions"] = [], timeoutMs = 30_000) =>
  withClient(database.current.admin, (client) => lintDatabase(client, { checks, exceptions, timeoutMs }));

test("a check that fails, writes, is slow or answers something else is named, and the others still answer", async () => {
  const report = await lint(
    [
      checkOf("9001_breaks.sql", "select 1 / 0"),
      checkOf("9002_writes.sql", "create table cash_management.planted (x int)"),
      checkOf("9003_answers_less.sql", "select 1 as name"),
      checkOf("9004_is_slow.sql", "select pg_sleep(5)"),
      checkOf("9005_calls_itself_otherwise.sql", one("other")),
      checkOf("9006_finds.sql", one("finds")),
    ],
    [],
    200,
  );
  expect(report.failed.map(({ check, error }) => `${check.name}: ${error}`)).toEqual([
    "breaks: division by zero",
    "writes: cannot execute CREATE TABLE in a read-only transaction",
    expect.stringContaining("answers_less: "),
    "is_slow: canceling statement due to statement timeout",
    expect.stringContaining("calls_itself_otherwise: "),
  ]);
  expect(report.findings.map(({ object }) => object)).toEqual(["x.y"]);
});

test("what an exception names is set apart with its reason, and an exception that matches nothing is a finding", async () => {
  const check = checkOf("9006_finds.sql", `${one("finds")} union all ${one("finds", "x.z")}`);
  const report = await lint(
    [check],
    [
      { check: "finds", object: "x.y", reason: "meant" },
      { check: "finds", object: "gone", reason: "was meant" },
      { check: "finds", object: "gone", reason: "on a server to come", versions: "99" },
      { check: "finds", object: "comes and goes", reason: "the server decides", sometimes: true },
      { check: "did_not_run", object: "gone", reason: "not asked" },
    ],
  );
  expect(report.excepted).toMatchObject([{ object: "x.y", reason: "meant" }]);
  expect(report.findings.map(({ check: { name }, object }) => `${name} ${object}`)).toEqual([
    "exception_that_excepts_nothing gone",
    "finds x.z",
  ]);
});

test("a check for other versions is skipped and said to be", async () => {
  const check = readCheck("9006_finds.sql", header("9006_finds.sql").replace("15-18", "99") + one("finds"));
  expect(await lint([check])).toMatchObject({ checks: [], skipped: [{ name: "finds" }], findings: [] });
});

test("a header that lacks a word is refused with the file's name", () => {
  expect(() => readCheck("9006_finds.sql", header("9006_finds.sql").replace("-- why: w,\n--   still w\n", ""))).toThrow(/9006_finds.*why/);
  expect(() => readCheck("9007_finds.sql", header("9006_finds.sql"))).toThrow(/id 9006/);
  expect(checkOf("9006_finds.sql", "").why).toBe("w, still w");
});

test("the SARIF has the shape of 2.1.0, points to the migration that makes the object, and marks what is excepted", async () => {
  const checks = [
    checkOf("9006_finds.sql", `${one("finds", "cash_management.cm_banks.name")} union all ${one("finds")}`),
    checkOf("9007_breaks.sql", "select 1 / 0"),
  ];
  const report = await lint(checks, [{ check: "finds", object: "x.y", reason: "meant" }]);
  const migrations = [{ number: 4, name: "0004_masters", sql: "\ncreate table cash_management.cm_banks (", sha256: "" }];
  const sarif = JSON.parse(JSON.stringify(sarifOf(report, migrations, "1.2.3"))) as {
    runs: [{ results: object[]; invocations: object[] }];
  };
  const validate = new Ajv({ strict: false }).compile(sarifShape);
  expect(validate(sarif), JSON.stringify(validate.errors)).toBe(true);
  const [{ results, invocations }] = sarif.runs;
  expect(results).toMatchObject([
    {
      ruleId: "9006",
      ruleIndex: 1,
      level: "warning",
      locations: [{ physicalLocation: { artifactLocation: { uri: "database/migrations/0004_masters.sql" }, region: { startLine: 2 } } }],
    },
    {
      locations: [{ physicalLocation: { artifactLocation: { uri: "database/checks/9006_finds.sql" } } }],
      suppressions: [{ kind: "external", justification: "meant" }],
    },
  ]);
  expect(invocations).toMatchObject([{ executionSuccessful: false, toolExecutionNotifications: [{ associatedRule: { id: "9007" } }] }]);
});
