import { parseArgs } from "node:util";
import { auditBench } from "./audit.ts";
import { contextBench } from "./context.ts";
import { counterpartiesBench } from "./counterparties.ts";
import { importBench } from "./import.ts";
import { keysBench } from "./keys.ts";
import { report } from "./kit.ts";
import { positionBench } from "./position.ts";
import { readBench } from "./read.ts";

/** npm run bench [-- NAME… --quick]: quick runs are for trying the benches out; they keep no results. */
const benches = [auditBench, contextBench, counterpartiesBench, importBench, keysBench, positionBench, readBench];
const { values, positionals } = parseArgs({ options: { quick: { type: "boolean", default: false } }, allowPositionals: true });
for (const bench of benches) {
  if (positionals.length > 0 && !positionals.includes(bench.name)) continue;
  console.log(`\n== ${bench.name}${values.quick ? " (quick: the targets are for the full size)" : ""}`);
  report(bench.name, await bench.run({ quick: values.quick }), !values.quick);
}
