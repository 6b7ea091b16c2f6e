// Everything that must hold: build, checks, unit tests once, database tests per PostgreSQL major, the pages in a browser.
//   npm test                                     on 18 and 15
//   npm run test:matrix                          on 15, 16, 17 and 18
//   npm test -- --postgres 18 test/statements    only some majors and files
// The last line is "N passed, N failed, N skipped"; a run that finds no test fails.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { check } from "./check.mjs";
import { findChromium } from "./chromium.mjs";
import { installPostgres } from "./install-postgres.mjs";
import { findSshd } from "./openssh.mjs";
import { findPgBouncer } from "./pgbouncer.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals: files } = parseArgs({ options: { postgres: { type: "string", default: "18,15" } }, allowPositionals: true });
const total = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];
const failed = [];

process.on("exit", () => console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`));
process.on("uncaughtException", (error) => {
  console.error(error);
  total.failed += 1;
  process.exit(1);
});

await build();
if (files.length === 0) countChecks(check());
runTests("unit", "unit tests", {});
// Without them, the suites behind a pooler and over SFTP are skipped by name.
const pgBouncer = findPgBouncer();
const sshd = findSshd();
for (const [turn, major] of values.postgres.split(",").entries()) {
  const missing = await installPostgres(Number(major));
  // *.once.pg.test.ts run on the first major only: long, and not about what PostgreSQL does.
  const narrower = turn === 0 ? [] : ["--exclude=**/*.once.pg.test.ts"];
  if (missing === null)
    runTests(
      "database",
      `database tests on PostgreSQL ${major}`,
      {
        APG_TEST_POSTGRES: major,
        ...(pgBouncer === null ? {} : { APG_PGBOUNCER: pgBouncer }),
        ...(sshd === null ? {} : { APG_SSHD: sshd }),
      },
      narrower,
    );
  else skip(`database tests on PostgreSQL ${major}`, missing);
}
if (readdirSync(join(root, "test"), { recursive: true }).some((name) => String(name).endsWith(".browser.test.ts"))) {
  const chromium = findChromium();
  if (chromium === null) skip("the pages in a browser", "no Chromium found, and apt-get could not install it");
  else runTests("browser", "the pages in a browser", { APG_CHROMIUM: chromium });
}

if (total.passed === 0 && total.failed === 0) {
  console.error("no test was found");
  total.failed += 1;
}
for (const line of skipped) console.log(`skipped: ${line}`);
for (const line of failed) console.log(`failed: ${line}`);
process.exitCode = total.failed === 0 ? 0 : 1;

function runTests(project, title, environment, options = []) {
  const folder = mkdtempSync(join(tmpdir(), "apg-test-report-"));
  const report = join(folder, "report.json");
  console.log(`\n== ${title}`);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const narrowed = files.length === 0 ? [] : ["--passWithNoTests", ...files];
  const done = spawnSync(process.execPath, [vitest, "run", `--project=${project}`, ...options, ...reporters, ...narrowed], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
  });
  countTests(title, existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : null, done.status);
  rmSync(folder, { recursive: true, force: true });
}

/** A file that could not even be loaded, and an error outside of any test, count as failed too. */
function countTests(title, report, status) {
  const suites = report?.testResults ?? [];
  const tests = suites.flatMap((suite) => suite.assertionResults.map((each) => ({ ...each, file: suite.name.replace(`${root}/`, "") })));
  for (const each of tests) {
    if (each.status === "passed") total.passed += 1;
    else if (each.status === "failed") fail(`${title}: ${each.file}: ${each.fullName}`);
    else skip(`${title}: ${each.file}: ${each.fullName}`, each.meta?.reason ?? "as the test says");
  }
  const broken = suites.filter((suite) => suite.status === "failed" && suite.assertionResults.every((each) => each.status !== "failed"));
  for (const suite of broken) fail(`${title}: ${suite.name.replace(`${root}/`, "")}`);
  const told = broken.length > 0 || tests.some((each) => each.status === "failed");
  if (status !== 0 && !told) fail(`${title}: vitest ended with ${status ?? "a signal"}`);
  if (status === 0 && tests.length === 0 && files.length === 0) fail(`${title}: no test was found`);
}

function countChecks(outcome) {
  total.passed += outcome.passed.length;
  for (const name of outcome.failed) fail(`check: ${name}`);
}

function fail(line) {
  total.failed += 1;
  failed.push(line);
}

function skip(what, reason) {
  total.skipped += 1;
  skipped.push(`${what} (${reason})`);
}
