import type { Command } from "commander";
import { ofTenant, type TenantFlags, tenantCommand, uuidOf } from "../access/tenant-commands.ts";
import { Problem } from "../errors/problem.ts";
import { tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { addDefaultCategories } from "../tenants/masters.ts";
import { type CommandContext, commandGroup, type MountCommands } from "../terminal/command.ts";
import { counted, print, printJson, printTable } from "../terminal/output.ts";
import { parseDay } from "../time/day.ts";
import { type Condition, type NewRule, type RuleTrial, ruleFields, ruleOps } from "./contract.ts";
import { searchCounterparties } from "./counterparties.ts";
import { addRule, listRules, removeRule, tryRule } from "./rules.ts";
import { requestRun } from "./run-list.ts";
import { sortWaiting } from "./runs.ts";
import { listCategories } from "./tree.ts";

/** `apg categories list|rules|add-rule|try-rule|remove-rule|sort|defaults`, `apg counterparties find` */
export const mountCategoryCommands: MountCommands = (program, context) => {
  const group = commandGroup(program, "categories", "liquidity items, and the rules that sort flows into them");
  tenantCommand(group, "list", "the tree, with the bank transaction codes that mean each").action(
    ofTenant(context, async ({ database }, tenant, flags) => {
      const found = await tenantRead(database.app, tenant, listCategories);
      if (flags.json === true) return printJson(found);
      printTable(
        ["code", "name", "direction", "bank transaction codes", "purposes"].map((title) => ({ title })),
        found.map((one) => [one.code, one.name, one.direction, one.bankTransactionCodes.join(" "), one.purposeCodes.join(" ")]),
      );
    }),
  );
  tenantCommand(group, "defaults", "add what is missing of the default tree and its codes; nothing of yours changes").action(
    ofTenant(context, async ({ database }, tenant, flags) => {
      const added = await tenantTransaction(database.app, tenant, addDefaultCategories);
      if (flags.json === true) printJson({ added });
      else print(added === 0 ? "Nothing is missing." : `${counted(added, "category", "categories")} added or completed.`);
    }),
  );
  tenantCommand(group, "rules", "rules in the order they are asked; the first that holds decides").action(
    ofTenant(context, async ({ database }, tenant, flags) => {
      const found = await tenantRead(database.app, tenant, listRules);
      if (flags.json === true) return printJson(found);
      if (found.length === 0) return print("No rule yet. apg categories try-rule shows what one would do.");
      printTable(
        [
          { title: "priority", align: "right" },
          { title: "name" },
          { title: "when" },
          { title: "category" },
          { title: "in use" },
          { title: "id" },
        ],
        found.map((rule) => [String(rule.priority), rule.name, rule.words, rule.category, rule.isActive ? "yes" : "no", rule.id]),
      );
    }),
  );
  mountRuleCommands(group, context);
  tenantCommand(group, "sort", "sort what waits; with --all the whole history again. May be interrupted and goes on")
    .option("--all", "the whole history")
    .action(
      ofTenant<TenantFlags & { all?: true }>(context, async ({ database }, tenant, flags) => {
        if (flags.all === true) await tenantTransaction(database.app, tenant, requestRun);
        const done = await sortWaiting(database.app, tenant);
        if (flags.json === true) printJson(done);
        else print(`${counted(done.examined, "entry", "entries")} looked at, ${done.changed} changed.`);
      }),
    );
  mountCounterparties(program, context);
};

interface RuleFlags extends TenantFlags {
  readonly when: string[];
  readonly category: string;
  readonly priority: string;
  readonly name?: string;
  readonly from?: string;
  readonly to?: string;
}

function mountRuleCommands(group: Command, context: CommandContext): void {
  const ruleCommand = (name: string, description: string) =>
    tenantCommand(group, name, description)
      .requiredOption("--when <condition...>", whenWords)
      .requiredOption("--category <code>", "what it gives")
      .requiredOption("--priority <number>", "the lowest is asked first")
      .option("--name <words>", "what it is called; its first value when not given");
  ruleCommand("try-rule", "what a rule would do to the history; nothing is written")
    .option("--from <day>", "only entries from this day on")
    .option("--to <day>", "only entries up to this day")
    .action(
      ofTenant<RuleFlags>(context, async ({ database }, tenant, flags) => {
        const rule = ruleOf(flags);
        const span = {
          ...(flags.from === undefined ? {} : { from: parseDay(flags.from) }),
          ...(flags.to === undefined ? {} : { to: parseDay(flags.to) }),
        };
        const trial = await tenantRead(database.app, tenant, (tx) => tryRule(tx, { rule, ...span }));
        if (flags.json === true) printJson(trial);
        else tell(trial);
      }),
    );
  ruleCommand("add-rule", "add a rule and sort the history again").action(
    ofTenant<RuleFlags>(context, async ({ database }, tenant, flags) => {
      const made = await tenantTransaction(database.app, tenant, (tx) => addRule(tx, ruleOf(flags)));
      const done = await sortWaiting(database.app, tenant);
      if (flags.json === true) return printJson({ rule: made, ...done });
      print(
        `Rule ${made.priority} "${made.name}": ${made.words} → ${made.category}. ${done.changed} of ${counted(done.examined, "entry", "entries")} changed.`,
      );
    }),
  );
  tenantCommand(group, "remove-rule", "remove a rule and sort the history again")
    .argument("<id>", "as apg categories rules shows it")
    .action((id: string, flags: TenantFlags, command: Command) =>
      ofTenant(context, async ({ database }, tenant) => {
        const rule = uuidOf(id, "rule", "apg categories rules");
        await tenantTransaction(database.app, tenant, (tx) => removeRule(tx, rule));
        const done = await sortWaiting(database.app, tenant);
        if (flags.json === true) printJson(done);
        else print(`Removed. ${counted(done.changed, "entry", "entries")} changed.`);
      })(flags, command),
    );
}

const whenWords = `a condition "field op value", several values parted by |; fields: ${ruleFields.join(", ")}; ops: ${ruleOps.join(", ")}`;

/** "text contains PAYROLL|WAGES", "amount below 0" */
function ruleOf(flags: RuleFlags): NewRule {
  if (!/^[1-9]\d{0,5}$/.test(flags.priority))
    throw new Problem("invalid_input", `"${flags.priority}" is no priority`, { hint: "Write --priority=100." });
  const all = flags.when.map((text): Condition => {
    const [field = "", op = "", ...rest] = text.trim().split(/\s+/);
    const values = rest
      .join(" ")
      .split("|")
      .map((one) => one.trim())
      .filter((one) => one !== "");
    const known = (ruleFields as readonly string[]).includes(field) && (ruleOps as readonly string[]).includes(op) && values.length > 0;
    if (!known)
      throw new Problem("invalid_input", `"${text}" is no condition`, {
        hint: `Write --when "text contains PAYROLL" --when "amount below 0"; ${whenWords}.`,
      });
    return { field: field as Condition["field"], op: op as Condition["op"], value: values.length === 1 ? (values[0] as string) : values };
  });
  const name = flags.name ?? String([all[0]?.value].flat()[0]);
  return { priority: Number(flags.priority), name, predicate: { all }, category: flags.category };
}

function tell(trial: RuleTrial): void {
  print(`${trial.words}\n`);
  print(
    `${counted(trial.examined, "entry", "entries")} from ${trial.from ?? "-"} to ${trial.to ?? "-"}: it holds for ${trial.holds}, decides ${trial.decides}; ${trial.before} belong to a rule before it, ${trial.locked} to a person.`,
  );
  if (trial.sums.length > 0)
    printTable(
      [{ title: "\ncurrency" }, { title: "entries", align: "right" }, { title: "in", align: "right" }, { title: "out", align: "right" }],
      trial.sums.map((sum) => [sum.currency, String(sum.count), sum.credits, sum.debits]),
    );
  if (trial.changes.length > 0)
    printTable(
      [{ title: "\nfrom" }, { title: "to" }, { title: "entries", align: "right" }],
      trial.changes.map((change) => [change.from ?? "uncategorised", change.to ?? "uncategorised", String(change.count)]),
    );
  if (trial.examples.length > 0)
    printTable(
      [{ title: "\nday" }, { title: "amount", align: "right" }, { title: "" }, { title: "now" }, { title: "then" }, { title: "text" }],
      trial.examples
        .slice(0, 10)
        .map((one) => [one.day, one.amount, one.currency, one.before ?? "-", one.after ?? "-", one.text.slice(0, 60)]),
    );
}

function mountCounterparties(program: Command, context: CommandContext): void {
  const group = commandGroup(program, "counterparties", "who is on the other side of flows");
  tenantCommand(group, "find", "those whose name begins with a text, then those that contain it")
    .argument("[text]", "part of a name; all when not given", "")
    .option("--limit <number>", "how many", "20")
    .action((text: string, flags: TenantFlags & { limit: string }, command: Command) =>
      ofTenant<TenantFlags & { limit: string }>(context, async ({ database }, tenant) => {
        if (!/^[1-9]\d{0,3}$/.test(flags.limit))
          throw new Problem("invalid_input", `"${flags.limit}" is not a number`, { hint: "Write --limit=20." });
        const page = { limit: Number(flags.limit), after: null };
        const found = (await tenantRead(database.app, tenant, (tx) => searchCounterparties(tx, text, page))).map(({ item }) => item);
        if (flags.json === true) return printJson(found);
        if (found.length === 0) return print("Nobody fits.");
        printTable(
          ["name", "kind", "account ends", "id"].map((title) => ({ title })),
          found.map((one) => [one.name, one.kind, one.last4 ?? "-", one.id]),
        );
      })(flags, command),
    );
}
