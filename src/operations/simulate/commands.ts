import { type Command, InvalidArgumentError, Option } from "commander";
import { type BaseFormat, type TellingFormat, tellingFormats } from "../../banks/simulator/unreliable/company.ts";
import { allFaults, type FaultName, faultNames, isFaultName } from "../../banks/simulator/unreliable/fault-names.ts";
import { unreliableBank } from "../../banks/simulator/unreliable/unreliable-bank.ts";
import { requireTenant } from "../../tenants/tenants.ts";
import { commandActor } from "../../terminal/actor.ts";
import { commandGroup, type MountCommands } from "../../terminal/command.ts";
import { counted, print, printJson } from "../../terminal/output.ts";
import { parseDay } from "../../time/day.ts";
import { compareWithTruth } from "./compare.ts";
import { readTruth, writeBank } from "./folder.ts";
import { comparisonText } from "./report.ts";

interface BankFlags {
  readonly seed: string;
  readonly faults: readonly FaultName[];
  readonly days: number;
  readonly accounts: number;
  readonly formats: readonly TellingFormat[];
  readonly from: string;
  readonly out: string;
}

/** `apg simulate bank` and `apg simulate check`. */
export const mountSimulateCommands: MountCommands = (program, context) => {
  const simulate = commandGroup(program, "simulate", "banks that do not exist: their files, and the truth beside them");
  simulate
    .command("bank")
    .description("write the statement files of unreliable banks, and truth.json beside them; needs no database")
    .requiredOption("--seed <seed>", "the same seed and options give the same bytes")
    .requiredOption("--out <folder>", "an empty or new folder")
    .addOption(
      new Option("--faults <names>", "what the banks do, with commas between; all, or none").argParser(faultList).default(allFaults, "all"),
    )
    .addOption(new Option("--days <count>", "bank days").argParser(upTo(1, 500)).default(20))
    .addOption(new Option("--accounts <count>", "accounts, the formats in turn").argParser(upTo(1, 1000)).default(8))
    .addOption(
      new Option("--formats <names>", `with commas between: ${tellingFormats.join(", ")} (csv as re-export only)`)
        .argParser(formatList)
        .default(tellingFormats, "all"),
    )
    .option("--from <day>", "the first day", "2026-02-02")
    .addHelpText("after", `\nFaults:\n${faultHelp()}`)
    .action(async ({ from, out, ...options }: BankFlags) => {
      const bank = unreliableBank({ ...options, from: parseDay(from) });
      await writeBank(out, bank);
      const accountDays = bank.truth.accounts.reduce((sum, { days }) => sum + days.length, 0);
      print(
        `${out}: ${counted(bank.files.length, "file")}, ${counted(options.accounts, "account")}, ${counted(accountDays, "account-day")}`,
      );
      print(
        `Import them in any order (apg statement import ${out}/files --tenant TENANT), then: apg simulate check ${out} --tenant TENANT`,
      );
    });
  simulate
    .command("check")
    .description("hold a tenant that imported such a folder against its truth: exit code 1 when an account-day is wrong")
    .argument("<folder>", "what apg simulate bank wrote")
    .requiredOption("--tenant <tenant>", "who imported the files, and nothing else for these accounts")
    .option("--json", "as JSON")
    .action((folder: string, { tenant, json }: { tenant: string; json?: true }, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const truth = await readTruth(folder);
        const who = { tenantId: tenant, actor: commandActor() };
        await requireTenant(database.app, who);
        const found = await compareWithTruth(database.app, who, truth);
        if (json === true) printJson(found);
        else print(comparisonText(found));
        if (found.wrong.length > 0) process.exitCode = 1;
      }),
    );
};

function faultList(text: string): FaultName[] {
  if (text === "all") return [...allFaults];
  if (text === "none") return [];
  return listed(text).map((name) => {
    if (!isFaultName(name)) throw new InvalidArgumentError(`"${name}" is no fault. Faults: ${allFaults.join(", ")}.`);
    return name;
  });
}

function formatList(text: string): TellingFormat[] {
  const formats = listed(text).map((name) => {
    const format = tellingFormats.find((one) => one === name);
    if (format === undefined) throw new InvalidArgumentError(`"${name}" is no format. Formats: ${tellingFormats.join(", ")}.`);
    return format;
  });
  const base = formats.filter((format): format is BaseFormat => format !== "csv");
  if (base.length === 0) throw new InvalidArgumentError("A table alone cannot tell days without entries: name another format besides.");
  return formats;
}

function listed(text: string): string[] {
  return [...new Set(text.split(",").map((name) => name.trim()))].filter((name) => name !== "");
}

function upTo(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < least || number > most)
      throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
    return number;
  };
}

function faultHelp(): string {
  return allFaults.map((name) => `  ${name.padEnd(14)}${faultNames[name]}`).join("\n");
}
