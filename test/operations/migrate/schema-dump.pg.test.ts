import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { databaseFolder } from "../../../src/operations/migrate/migration-files.ts";
import { dumpSchema } from "../../../src/operations/migrate/schema-dump.ts";
import { withClient } from "../../../src/postgres/connect.ts";
import { testDatabase } from "../../helpers/postgres.ts";

const database = testDatabase();
const dump = () => withClient(database.current.admin, (client) => dumpSchema(client));

test("database/schema.sql is what the migrations make, the same on every server (when stale: run apg db schema)", async () => {
  expect(await dump()).toBe(await readFile(`${databaseFolder}schema.sql`, "utf8"));
});

test("a column, a grant and a policy that nobody wrote down show", async () => {
  const before = await dump();
  await database.current.admin.query("alter table cash_management.cm_banks add column surprise integer");
  await database.current.admin.query("grant delete on cash_management.cm_banks to apg_readonly");
  await database.current.admin.query("create policy hole on cash_management.cm_banks using (true)");
  const lines = (await dump()).split("\n").filter((line) => !before.split("\n").includes(line));
  expect(lines).toEqual([
    expect.stringContaining("surprise integer"),
    expect.stringContaining("create policy hole on cash_management.cm_banks"),
    "grant delete, select on cash_management.cm_banks to apg_readonly;",
  ]);
});
