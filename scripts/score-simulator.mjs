// Imports what unreliable banks send, in a drawn order and with repeats, and holds the tables against the truth:
// npm run score:simulator -- [--seeds 20] [--first 1] [--accounts 25] [--days 20] [--write FILE]
// Figure: 0 wrong account-days in 10,000. Each seed is a tenant of its own in a throw-away database.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    first: { type: "string", default: "1" },
    accounts: { type: "string", default: "25" },
    days: { type: "string", default: "20" },
    write: { type: "string" },
  },
});
const [seeds, first, accounts, days] = ["seeds", "first", "accounts", "days"].map((name) => whole(name));
await build({ quiet: true, pages: false });
const load = (path) => import(`../dist/${path}`);
const { openDatabase } = await load("postgres/database.js");
const { migrateDatabase } = await load("operations/migrate/migrate-database.js");
const { importFile } = await load("statements/import.js");
const { unreliableBank } = await load("banks/simulator/unreliable/unreliable-bank.js");
const { tellingFormats } = await load("banks/simulator/unreliable/company.js");
const { allFaults } = await load("banks/simulator/unreliable/fault-names.js");
const { randomFrom } = await load("banks/simulator/random.js");
const { compareWithTruth } = await load("operations/simulate/compare.js");
const { addComparison, comparisonText, noComparison } = await load("operations/simulate/report.js");

const dataDir = mkdtempSync(join(tmpdir(), "apg-score-"));
const database = await openDatabase({ dataDir, postgresMajor: 18, poolSize: 10, databaseUrl: undefined, databaseUrlApp: undefined });
let total = noComparison;
let files = 0;
let repeats = 0;
const began = Date.now();
try {
  await migrateDatabase(database);
  await database.admin.query("alter system set synchronous_commit = off");
  await database.admin.query("select pg_reload_conf()");
  for (let seed = first; seed < first + seeds; seed += 1) total = addComparison(total, await score(seed));
} finally {
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
const command = `npm run score:simulator -- --seeds ${seeds} --first ${first} --accounts ${accounts} --days ${days}`;
const text = `${command}\n\n${files} files in drawn order, ${repeats} of them repeats, ${((Date.now() - began) / 60_000).toFixed(1)} minutes\n\n${comparisonText(total)}`;
console.log(text);
if (values.write !== undefined)
  writeFileSync(values.write, `${JSON.stringify({ command, files, repeats, ...total, wrong: total.wrong.length }, null, 2)}\n`);
process.exitCode = total.wrong.length === 0 ? 0 : 1;

async function score(seed) {
  const bank = unreliableBank({ seed: String(seed), accounts, days, formats: tellingFormats, faults: allFaults });
  const context = { tenantId: `seed-${seed}`, actor: "score:simulator" };
  await database.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [
    context.tenantId,
    `seed ${seed}`,
  ]);
  const random = randomFrom(`order ${seed}`);
  const order = bank.files.map((file) => ({ file, key: random.fraction() })).sort((a, b) => a.key - b.key);
  for (const { file } of order) {
    const source = { name: file.name, open: () => [file.bytes] };
    const { outcome, problems } = await importFile(database.app, context, source);
    if (outcome === "refused") throw new Error(`seed ${seed}: ${file.name} was refused: ${problems.at(-1)?.message}`);
    files += 1;
    if (file.repeats !== null) repeats += 1;
  }
  const found = await compareWithTruth(database.app, context, bank.truth);
  console.error(`seed ${seed}: ${bank.files.length} files, ${found.accountDays} account-days, ${found.wrong.length} wrong`);
  for (const { account, day, what, faults } of found.wrong.slice(0, 20))
    console.error(`  ${account} ${day}: ${what} (${faults.join(", ")})`);
  return found;
}

function whole(name) {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} takes a whole number from 1 on`);
  return number;
}
