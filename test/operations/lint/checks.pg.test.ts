import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Check, type Finding, includesVersion } from "../../../src/operations/lint/check.ts";
import { readChecks } from "../../../src/operations/lint/check-files.ts";
import { readExceptions } from "../../../src/operations/lint/exceptions.ts";
import { findingsOf, lintDatabase } from "../../../src/operations/lint/lint.ts";
import { readDatabaseFile } from "../../../src/operations/migrate/migration-files.ts";
import type { Client } from "../../../src/postgres/connect.ts";
import { testDatabase } from "../../helpers/postgres.ts";
import type { Fault } from "./faults/fault.ts";

// Every check is tried on the product's own schema: the fault is made, found and cured inside a transaction that is rolled back.
const database = testDatabase();
const checks = await readChecks();
const faults = await readFaults();
const knownRoles = new Set([
  ...[...(await readDatabaseFile("roles.sql")).matchAll(/\('(\w+)', '(?:no)?login/g)].map((match) => match[1] as string),
  ...faults.flatMap(({ finds }) => finds.map((object) => object.split(" ")[0] as string)),
]);
let client: Client;

beforeAll(async () => {
  client = await database.current.admin.connect();
  // A clone of a database begins with the privileges of a new one; in the template the first migration took them away.
  await client.query(`revoke all on database ${database.current.name} from public`);
});
afterAll(() => client.release());

test("the database as we make it has no finding, and every check answers", async () => {
  const report = await lintDatabase(client, { checks, exceptions: await readExceptions() });
  expect(report.failed.map(({ check, error }) => `${check.name}: ${error}`)).toEqual([]);
  expect(report.findings.filter(isOfThisFile).map(line)).toEqual([]);
});

test("every check has a fault that shows it can find, and every fault a check", () => {
  const tried = new Set(faults.map(({ check }) => check));
  expect(checks.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
  expect([...tried].filter((name) => !checks.some((check) => check.name === name))).toEqual([]);
});

test("every check also answers alone, as psql -f would ask it: outside of a transaction, with the session's own search_path", async () => {
  for (const check of checks.filter(({ versions }) => includesVersion(versions, database.current.major))) {
    const { rows } = await database.current.admin.query<{ name: string }>(check.sql);
    expect(rows.map(({ name }) => name)).toEqual(rows.map(() => check.name));
  }
});

describe.each(checks.map((check) => [`${check.name} (${check.proves})`, check] as const))("%s", (_title, check) => {
  const own = faults.filter((fault) => fault.check === check.name).map((fault) => [fault.finds.join(", "), fault] as const);

  test.each(own)("finds %s, and its fix cures it", async (_objects, fault) => {
    if (!includesVersion(check.versions, database.current.major)) return;
    await inRolledBackTransaction(async () => {
      const before = await objectsOf(check);
      if (fault.harmless !== undefined) {
        await client.query(fault.harmless);
        expect(await objectsOf(check), "what is harmless is not found").toEqual(before);
      }
      await client.query(fault.make);
      const found = (await findingsOf(client, check)).filter(isOfThisFile).filter(({ object }) => !before.includes(object));
      expect(found.map(({ object }) => object).sort()).toEqual(fault.finds.map(named).sort());
      if (fault.says !== undefined) for (const { detail, evidence } of found) expect(`${detail} ${evidence}`).toMatch(fault.says);
      for (const { fix } of found) await client.query(fix);
      expect(await objectsOf(check), `still there after ${found.map(({ fix }) => fix).join("\n")}`).toEqual(before);
    });
  });
});

async function objectsOf(check: Check): Promise<string[]> {
  return (await findingsOf(client, check))
    .filter(isOfThisFile)
    .map(({ object }) => object)
    .sort();
}

/** Roles belong to the cluster, where other test files make some of their own: only ours and the planted ones count here. */
function isOfThisFile({ check, object }: Finding): boolean {
  const isRole = check.category === "roles" && !object.includes(".");
  return !isRole || knownRoles.has(object.split(" ")[0] as string);
}

function named(object: string): string {
  return object.replace("$database", database.current.name);
}

async function inRolledBackTransaction(work: () => Promise<void>): Promise<void> {
  await client.query("begin");
  try {
    await work();
  } finally {
    await client.query("rollback");
  }
}

/** All files of faults/ that hold some. */
async function readFaults(): Promise<Fault[]> {
  const folder = new URL("./faults/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".ts") && name !== "fault.ts");
  const modules = await Promise.all(
    names.map(async (name) => (await import(/* @vite-ignore */ `${folder}${name}`)) as { faults: readonly Fault[] }),
  );
  return modules.flatMap((module) => module.faults);
}

function line({ check, object, detail, fix }: Finding): string {
  return `${check.id} ${check.name} ${object}: ${detail}\n${fix}`;
}
