// Scores the statement readers against a folder of real files with expected results: npm run score:statements -- FOLDER
// FOLDER holds files/<format>/… and expected/<same path>.json. Without it the score is skipped, and says so.
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const named = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
const folder = resolve(named ?? join(root, "../shared/corpora"));
if (!existsSync(join(folder, "expected"))) {
  console.log(`skipped: no corpora in ${folder}`);
  process.exit(0);
}
await build({ quiet: true });
const { readStatements } = await import("../dist/statements/read.js");
const { verifyStatements } = await import("../dist/statements/verify.js");
const { addDecimals, decimalOrNull, decimalsEqual, decimalText, zero } = await import("../dist/money/decimal.js");
const known = new Map(
  JSON.parse(readFileSync(join(root, "docs/reference/statement-disagreements.json"), "utf8")).map((one) => [
    `${one.file} ${one.what}`,
    one.reason,
  ]),
);

const formats = ["camt", "mt940", "mt942", "bai2", "ofx", "qif", "coda", "cfonb", "csb43", "csv"];
const table = new Map();
const disagreements = [];
const explained = [];

for (const format of formats) {
  for (const path of jsonFiles(join(folder, "expected", format))) {
    const expected = JSON.parse(readFileSync(path, "utf8"));
    const file = relative(join(folder, "expected"), path).replace(/\.json$/, "");
    const source = join(folder, "files", file);
    if (!existsSync(source)) continue;
    const row = rowOf(expected.format?.startsWith("camt.") ? expected.format : format);
    row.files += 1;
    const wrong = compare(format, expected, await readFile(source), row);
    let open = 0;
    for (const one of wrong) {
      const reason = known.get(`${file} ${one.what}`);
      if (reason === undefined) {
        open += 1;
        disagreements.push({ file, ...one });
      } else explained.push({ file, ...one, reason });
    }
    if (open === 0) row.agree += 1;
  }
}

console.log("format     files  agree  checks");
for (const [format, row] of table)
  console.log(`${format.padEnd(9)} ${String(row.files).padStart(6)} ${String(row.agree).padStart(6)} ${String(row.checks).padStart(7)}`);
for (const one of explained) console.log(`explained: ${one.file}: ${one.what}: expected ${one.expected}, read ${one.read}; ${one.reason}`);
for (const one of disagreements) console.log(`disagrees: ${one.file}: ${one.what}: expected ${one.expected}, read ${one.read}`);
console.log(disagreements.length === 0 ? `no disagreement (${explained.length} explained)` : `${disagreements.length} disagreements`);
process.exit(disagreements.length === 0 ? 0 : 1);

function rowOf(name) {
  if (!table.has(name)) table.set(name, { files: 0, agree: 0, checks: 0 });
  return table.get(name);
}

async function readFile(path) {
  const statements = [];
  const problems = [];
  let header = null;
  const sink = verifyStatements({
    file() {},
    openStatement(opened) {
      header = opened;
    },
    balance() {},
    entry() {},
    declared() {},
    verified(sums) {
      statements.push({ header, sums });
    },
    closeStatement() {},
    problem(problem) {
      problems.push(problem);
    },
  });
  const outcome = await readStatements(createReadStream(path), sink);
  sink.finish();
  return { outcome, statements, problems };
}

function compare(format, expected, { outcome, statements, problems }, row) {
  const wrong = [];
  const check = (what, want, read, same = equal) => {
    row.checks += 1;
    if (!same(want, read)) wrong.push({ what, expected: want, read });
  };
  const scorable = expected.valid !== null && expected.valid !== undefined && expected.peerConflict === undefined;
  if (scorable) check("accepted", expected.valid, outcome.accepted);
  if (!outcome.accepted) {
    if (scorable && expected.valid) wrong.at(-1).read = problems.at(-1)?.message;
    return wrong;
  }
  if (expected.valid === false) return wrong;
  const all = statements;
  if (expected.entries !== null)
    check(
      "entries",
      expected.entries,
      all.reduce((sum, one) => sum + one.sums.entries, 0),
    );
  const total = (key) => decimalText(all.reduce((sum, one) => addDecimals(sum, decimalOrNull(one.sums[key])), zero));
  if (expected.sumCredits !== null) check("sumCredits", expected.sumCredits, total("credits"), amounts);
  if (expected.sumDebits !== null) check("sumDebits", expected.sumDebits, total("debits"), amounts);
  // Of tables the expectations leave out what their peers do not read: many have running balances all the same.
  const stated = (balance) => balance !== undefined && (format !== "csv" || balance !== null);
  if (stated(expected.openingBalance)) check("opening", expected.openingBalance, openingOf(format, all), amounts);
  if (stated(expected.closingBalance)) check("closing", expected.closingBalance, closingOf(format, all), amounts);
  if (expected.currency) check("currency", expected.currency, all[0]?.sums.currency ?? null);
  if (typeof expected.balanced === "boolean") check("balanced", expected.balanced, balancedOf(all));
  if (typeof expected.controlTotalsOk === "boolean")
    check("controlTotalsOk", expected.controlTotalsOk, !problems.some((one) => one.code === "CONTROL_TOTAL"));
  (expected.statements ?? []).forEach((want, index) => {
    const one = all[index];
    if (want.entries !== undefined) check(`statement ${index + 1} entries`, want.entries, one?.sums.entries ?? 0);
    for (const [key, read] of [
      ["openingLedger", one?.sums.opening?.amount],
      ["closingLedger", one?.sums.closing?.amount],
      ["openingBalance", one?.sums.opening?.amount],
      ["closingBalance", one?.sums.closing?.amount],
      ["sumCredits", one?.sums.credits],
      ["sumDebits", one?.sums.debits],
    ])
      if (want[key] !== undefined) check(`statement ${index + 1} ${key}`, want[key], read ?? (key.startsWith("sum") ? "0" : null), amounts);
    if (typeof want.balanced === "boolean") check(`statement ${index + 1} balanced`, want.balanced, one?.sums.balanced ?? null);
    if (want.account) check(`statement ${index + 1} account`, want.account.replace(/\s/g, ""), one?.header.account.id ?? null, accounts);
  });
  return wrong;
}

/** Several statements of a camt message or an OFX file may be several accounts: the expectations mean the first account. */
function closingOf(format, all) {
  if (format === "bai2") return all.findLast((one) => one.sums.closing !== null)?.sums.closing.amount ?? null;
  const first = all[0]?.header.account.id;
  return (
    (format === "camt" || format === "ofx" ? all.filter((one) => one.header.account.id === first) : all).at(-1)?.sums.closing?.amount ??
    null
  );
}

function openingOf(format, all) {
  return (format === "bai2" ? all.find((one) => one.sums.opening !== null) : all[0])?.sums.opening?.amount ?? null;
}

/** A currency glued to an account number is no part of it. */
function accounts(a, b) {
  return a === b || (b !== null && a.replace(/[A-Z]{3}$/, "") === b);
}

function balancedOf(all) {
  const said = all.map((one) => one.sums.balanced).filter((balanced) => balanced !== null);
  return said.length === 0 ? null : said.every((balanced) => balanced);
}

function equal(a, b) {
  return a === b;
}

function amounts(a, b) {
  if (a === null || b === null) return a === b;
  return decimalsEqual(decimalOrNull(String(a)), decimalOrNull(String(b)));
}

function jsonFiles(path) {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
