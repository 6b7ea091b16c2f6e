import { type Command, Option } from "commander";
import { Problem } from "../errors/problem.ts";
import { tenantRead } from "../postgres/transaction.ts";
import { requireTenant, todayOfTenant } from "../tenants/tenants.ts";
import { commandActor } from "../terminal/actor.ts";
import type { MountCommands } from "../terminal/command.ts";
import { counted, print, printJson, printTable } from "../terminal/output.ts";
import { parseDay } from "../time/day.ts";
import { type Basis, bases, type ConvertedPosition, type Grouping, groupings, type Position } from "./contract.ts";
import { valuePosition } from "./position.ts";

interface PositionFlags {
  readonly tenant: string;
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly basis: Basis;
  readonly by: Grouping;
  readonly currency?: string;
  readonly rates?: string;
  readonly json?: true;
}

export const mountPositionCommand: MountCommands = (program, context) => {
  program
    .command("position")
    .description("cash on a day, and what each figure is made of")
    .requiredOption("--tenant <tenant>", "whose cash")
    .option("--as-of <day>", "YYYY-MM-DD; today when not given")
    .option("--known-at <time>", "answer with what was known then, such as 2026-03-31T09:12:00Z")
    .addOption(new Option("--basis <basis>", "by booking or by value date").choices(bases).default("booking"))
    .addOption(new Option("--by <group>", "what to group by").choices(groupings).default("account"))
    .option("--currency <code>", "also one total in this currency; with --rates alone, the tenant's reporting currency")
    .option("--rates <set>", "the rate set by its name, or a source: its newest set at or before the day; any fixing when not given")
    .option("--json", "as JSON, as the API answers")
    .action((flags: PositionFlags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const tenant = { tenantId: flags.tenant, actor: commandActor() };
        await requireTenant(database.app, tenant);
        const { basis, by, currency, rates } = flags;
        const options = { knownAt: momentOf(flags.knownAt), basis, by, currency, rates };
        const asOf = flags.asOf === undefined ? undefined : parseDay(flags.asOf);
        const position = await tenantRead(database.app, tenant, async (tx) =>
          valuePosition(tx, { ...options, asOf: asOf ?? (await todayOfTenant(tx)) }),
        );
        if (flags.json === true) printJson(position);
        else report(position);
      }),
    );
};

function momentOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new Problem("invalid_input", `"${text}" is not a moment`, { hint: "Write --known-at as 2026-03-31T09:12:00Z." });
  // PostgreSQL keeps microseconds: the text goes on as it stands.
  return text;
}

const amountColumns = ["position", "sealed", "provisional", "unproven"].map((title) => ({ title, align: "right" as const }));

function report(position: Position): void {
  print(`As of ${position.asOf} by ${position.basis} date, known at ${position.knownAt}\n`);
  printTable(
    [{ title: position.by }, { title: "currency" }, ...amountColumns, { title: "state" }],
    position.groups.map((group) => {
      const { sealed, provisional, unproven } = group.composition;
      return [group.label, group.currency, ...[group.amount, sealed, provisional, unproven].map(shown), stateText(group)];
    }),
  );
  print();
  printTable(
    [{ title: "total" }, ...amountColumns],
    position.totals.map(({ currency, amount, sealed, provisional, unproven }) => [
      currency,
      ...[amount, sealed, provisional, unproven].map(shown),
    ]),
  );
  if (position.converted !== null) reportConverted(position.converted);
  if (position.staleAccounts > 0) print(`\n${counted(position.staleAccounts, "account")} stale: a statement was due and did not come`);
}

function reportConverted({ currency, amount, missing, rateSet, rateDay, rule, lines }: ConvertedPosition): void {
  const why = { named: "as asked for", same_day: "of the day", day_before: "the newest before the day" }[rule];
  print(`\nIndicative in ${currency} at ${rateSet} (rates of ${rateDay}, ${why}); each currency is rounded once\n`);
  printTable(
    [
      { title: "currency" },
      { title: "position", align: "right" },
      { title: "rate", align: "right" },
      { title: currency, align: "right" },
      { title: "how" },
    ],
    [
      ...lines.map((line) => [
        line.currency,
        shown(line.amount),
        line.rate ?? "none",
        line.converted === null ? "-" : shown(line.converted),
        line.path === null ? "the set has no rate" : line.over === null ? line.path : `${line.path} over ${line.over}`,
      ]),
      ["total", "", "", amount === null ? "-" : shown(amount), missing.length === 0 ? "" : `no total: no rate for ${missing.join(", ")}`],
    ],
  );
}

function stateText(group: Position["groups"][number]): string {
  const states = [...new Set(group.accounts.map((account) => account.state))];
  return [
    ...states,
    ...(group.stale
      ? [
          `stale since ${
            group.accounts
              .map((account) => account.staleSince)
              .filter((day) => day !== null)
              .sort()[0]
          }`,
        ]
      : []),
  ].join(", ");
}

/** Thousands apart and negatives in parentheses, as treasurers read them; exact, never through a number. */
function shown(amount: string): string {
  const [whole = "", fraction] = amount.replace("-", "").split(".");
  const grouped = `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",")}${fraction === undefined ? "" : `.${fraction}`}`;
  return amount.startsWith("-") ? `(${grouped})` : grouped;
}
