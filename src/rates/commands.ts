import { readFile } from "node:fs/promises";
import { Option } from "commander";
import { ofTenant, type TenantFlags, tenantCommand } from "../access/tenant-commands.ts";
import { Problem } from "../errors/problem.ts";
import { exponentOf } from "../money/money.ts";
import { tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { type CommandContext, commandGroup, type MountCommands } from "../terminal/command.ts";
import { counted, print, printJson, printTable, remark } from "../terminal/output.ts";
import { parseDay } from "../time/day.ts";
import { type ImportedRates, type RateKind, rateKinds } from "./contract.ts";
import { readRateFile } from "./rate-file.ts";
import { getRateSet, importRates, listRateSets } from "./rate-sets.ts";

/** `apg rates import|list|show` */
export const mountRateCommands: MountCommands = (program, context: CommandContext) => {
  const group = commandGroup(program, "rates", "sets of exchange rates: frozen, hashed, never changed");
  mountImport(tenantCommand(group, "import", "freeze the rates of a CSV file, a set for each day").argument("<file>", fileWords), context);
  tenantCommand(group, "list", "sets, newest day first")
    .option("--source <name>", "only those of this source")
    .option("--limit <number>", "how many", "40")
    .action(
      ofTenant<TenantFlags & { source?: string; limit: string }>(context, async ({ database }, tenant, flags) => {
        if (!/^\d{1,5}$/.test(flags.limit))
          throw new Problem("invalid_input", `"${flags.limit}" is not a number`, { hint: "Write --limit=40." });
        const page = { limit: Number(flags.limit), after: null };
        const found = (await tenantRead(database.app, tenant, (tx) => listRateSets(tx, page, flags.source))).map(({ item }) => item);
        if (flags.json === true) return printJson(found);
        if (found.length === 0) return print("No rate set yet. apg rates import FILE --tenant TENANT brings some.");
        printTable(
          [
            { title: "name" },
            { title: "kind" },
            { title: "day" },
            { title: "rates", align: "right" },
            { title: "frozen at" },
            { title: "sha256" },
          ],
          found.map((set) => [set.name, set.kind, set.day, String(set.rateCount), set.frozenAt.slice(0, 19), set.contentHash.slice(0, 16)]),
        );
      }),
    );
  tenantCommand(group, "show", "the rates of a set, and whether its hash holds")
    .argument("<name>", "as apg rates list shows it")
    .action((name: string, flags: TenantFlags, command) =>
      ofTenant(context, async ({ database }, tenant) => {
        const set = await tenantRead(database.app, tenant, (tx) => getRateSet(tx, name));
        if (flags.json === true) return printJson(set);
        print(`${set.name}: ${set.kind} of ${set.source} for ${set.day}, frozen at ${set.frozenAt.slice(0, 19)}Z`);
        print(`sha256 ${set.contentHash}${set.hashHolds ? ", holds" : ", DOES NOT HOLD: the rates are not those that were frozen"}\n`);
        printTable(
          [{ title: "base" }, { title: "quote" }, { title: "rate", align: "right" }],
          set.rates.map(({ base, quote, rate }) => [base, quote, rate]),
        );
        if (!set.hashHolds) process.exitCode = 1;
      })(flags, command),
    );
};

const fileWords = "the ECB's eurofxref.csv or eurofxref-hist.csv (unzipped), or columns base, quote, rate and date";

interface ImportFlags extends TenantFlags {
  readonly source: string;
  readonly kind: RateKind;
  readonly base?: string;
  readonly day?: string;
  readonly from?: string;
  readonly to?: string;
}

function mountImport(command: ReturnType<typeof tenantCommand>, context: CommandContext): void {
  command
    .option("--source <name>", "who published them; sets are called SOURCE-DAY", "ecb")
    .addOption(new Option("--kind <kind>", "what they are").choices(rateKinds).default("fixing"))
    .option("--base <currency>", "the currency that columns are quoted for; EUR when not given")
    .option("--day <day>", "the day of a file that does not say")
    .option("--from <day>", "leave days before this one out; by default all but the last 400 days of the file")
    .option("--to <day>", "leave days behind this one out")
    .action((file: string, flags: ImportFlags, one) =>
      ofTenant<ImportFlags>(context, async ({ database }, tenant) => {
        if (!/^[a-z0-9][a-z0-9._-]{0,39}$/.test(flags.source))
          throw new Problem("invalid_input", `"${flags.source}" cannot name a source`, {
            hint: "Write --source in lower case, such as ecb.",
          });
        if (flags.base !== undefined) exponentOf(flags.base);
        const [day, from, to] = [flags.day, flags.from, flags.to].map((text) => (text === undefined ? undefined : parseDay(text)));
        const days = readRateFile(await textOf(file), { base: flags.base, day });
        const { source, kind } = flags;
        const done = await tenantTransaction(database.app, tenant, (tx) => importRates(tx, { source, kind, days, from, to }));
        if (flags.json === true) printJson(done);
        else tell(done);
        if (done.waiting.length > 0) process.exitCode = 1;
      })(flags, one),
    );
}

function tell({ made, unchanged, waiting, leftOut }: ImportedRates): void {
  const span = made.length > 2 ? `${made[0]} … ${made.at(-1)}` : made.join(", ");
  print(made.length === 0 ? "No new set." : `${counted(made.length, "set")} frozen: ${span}`);
  if (unchanged > 0) print(`${counted(unchanged, "day")} unchanged.`);
  if (waiting.length > 0) print(`${counted(waiting.length, "set")} wait for another person: apg access approvals list`);
  if (leftOut.count > 0)
    remark(`${counted(leftOut.count, "day")} left out, ${leftOut.first} to ${leftOut.last}: --from=${leftOut.first} takes them.`);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new Problem("invalid_input", `${file} cannot be read: ${(cause as Error).message}`, {
      hint: "Give the path of a CSV file.",
      cause,
    });
  }
}
