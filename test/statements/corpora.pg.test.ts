import { createReadStream, existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { valuePosition } from "../../src/positions/position.ts";
import { tenantRead } from "../../src/postgres/transaction.ts";
import { importFile } from "../../src/statements/import.ts";
import type { Day } from "../../src/time/day.ts";
import { beliefs } from "../helpers/contents.ts";
import { testDatabase } from "../helpers/postgres.ts";
import { randomNumbers, shuffled, testSeed } from "../helpers/seed.ts";

// Files that banks really sent, beside the checkout (APG_CORPORA names another place).
const corpora = process.env["APG_CORPORA"] ?? fileURLToPath(new URL("../../../shared/corpora", import.meta.url));
const camt = join(corpora, "files", "camt");
const dailies = filesIn(join(camt, "Subite-eu__camt-to-coda/example-files/CAMT/LT625883379695428516/CAMT_053"), /\.xml$/);
const bundesbank = join(camt, "Daniel-Jorg-Schuppelius__php-financial-formats/.samples/Banking/CAMT");
const reports = [...filesIn(bundesbank, /camt\.052/), ...filesIn(bundesbank, /camt\.053/)];

const database = testDatabase();
const random = randomNumbers(testSeed("corpora"));
let tenants = 0;

describe("files that banks sent", () => {
  test.skipIf(dailies.length === 0)(
    "the daily statements of an account, in random order, twice, give one and the same position and seals",
    async () => {
      const inOrder = await imported(dailies);
      const truth = await beliefs(database.current.admin, inOrder);
      expect(truth.closings.length).toBeGreaterThanOrEqual(dailies.length);
      expect(truth.closings.filter((closing) => / break /.test(closing))).toEqual([]);
      const days = [basename(dailies[9] ?? "").slice(0, 10), basename(dailies[dailies.length - 1] ?? "").slice(0, 10)] as Day[];
      for (const order of [[...dailies].reverse(), shuffled([...dailies, ...dailies], random)]) {
        const tenantId = await imported(order);
        expect(await beliefs(database.current.admin, tenantId)).toEqual(truth);
        for (const day of days) expect(await totals(tenantId, day)).toEqual(await totals(inOrder, day));
      }
    },
    240_000,
  );

  test.skipIf(reports.length < 2)("reports of a day and its statement book no entry twice, in any order", async () => {
    const inOrder = await beliefs(database.current.admin, await imported(reports));
    for (const order of [[...reports].reverse(), shuffled([...reports, ...reports], random), shuffled(reports, random)]) {
      const found = await beliefs(database.current.admin, await imported(order));
      const money = (lines: readonly string[]) => lines.map((line) => line.split(" ").slice(0, 7).join(" "));
      expect(money(found.entries)).toEqual(money(inOrder.entries));
      expect(found.closings).toEqual(inOrder.closings);
    }
  });
});

function filesIn(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => name.test(file))
    .sort()
    .map((file) => join(folder, file));
}

async function imported(files: readonly string[]): Promise<string> {
  tenants += 1;
  const tenantId = `t${tenants}`;
  await database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenantId, tenantId]);
  for (const file of files) {
    const source = { name: basename(file), open: () => createReadStream(file) };
    const { outcome } = await importFile(database.current.app, { tenantId, actor: "test" }, source);
    expect([basename(file), outcome]).not.toContain("refused");
  }
  return tenantId;
}

async function totals(tenantId: string, asOf: Day) {
  return (await tenantRead(database.current.app, { tenantId, actor: "test" }, (tx) => valuePosition(tx, { asOf }))).totals;
}
