import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { formats } from "./generated.ts";
import { properties } from "./properties.ts";

/** The long run of the fuzz, as a child of scripts/fuzz.mjs, which watches it: a case that never ends is in `folder`/current. */
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    format: { type: "string" },
    seed: { type: "string" },
    folder: { type: "string", default: ".cache/fuzz" },
  },
});
mkdirSync(values.folder, { recursive: true });
const current = join(values.folder, "current");
let cases = 0;
let largest = 0;
const all = properties((bytes) => {
  cases += 1;
  // Every case is written before it runs: whoever ends this process finds the one that did it.
  writeFileSync(current, bytes);
});

const chosen = formats.filter(({ name }) => values.format === undefined || values.format === name);
if (chosen.length === 0) {
  console.error(`there is no format "${values.format}": ${formats.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const runs = chosen
  .flatMap((format) => all.flatMap(({ name, of }) => ({ format, name, property: of(format) })))
  .filter(({ property }) => property !== null);
const ms = (Number(values.seconds) * 1000) / runs.length;
let failures = 0;
for (const { format, name, property } of runs) {
  const before = cases;
  const seed = values.seed === undefined ? {} : { seed: Number(values.seed) };
  const outcome = fc.check(property as fc.IProperty<unknown[]>, {
    ...seed,
    interruptAfterTimeLimit: ms,
    markInterruptAsFailure: false,
    numRuns: 1e9,
  });
  largest = Math.max(largest, process.memoryUsage().rss);
  if (outcome.failed && outcome.counterexample !== null) {
    failures += 1;
    console.log(
      `FAILED  ${format.name} ${name}\n  seed ${outcome.seed}, path ${outcome.counterexamplePath}\n  ${String(outcome.errorInstance).slice(0, 2000)}`,
    );
    const [model] = outcome.counterexample as [Parameters<typeof format.write>[0]];
    const file = join(values.folder, `${format.name}-${outcome.seed}.bin`);
    writeFileSync(file, format.write(model));
    console.log(`  ${JSON.stringify(outcome.counterexample).slice(0, 3000)}\n  before its changes: ${file}`);
  } else console.log(`ok      ${format.name.padEnd(9)} ${name}: ${cases - before} files, seed ${outcome.seed}`);
}
console.log(`${cases} files read, ${failures} failed, at most ${Math.round(largest / 1e6)} MB`);
process.exitCode = failures === 0 ? 0 : 1;
