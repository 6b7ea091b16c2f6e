import type { Command } from "commander";
import { settingList } from "../settings/list.ts";
import type { MountCommands } from "../terminal/command.ts";
import { print, printJson, printTable } from "../terminal/output.ts";
import { settingsOf } from "../terminal/setting-flags.ts";

/** `apg settings`: every setting, its value, where the value came from, and the three ways to set it. */
export const mountSettingsCommand: MountCommands = (program) => {
  program
    .command("settings")
    .description("every setting with its value and where it came from")
    .option("--json", "as JSON")
    .action((options: { json?: true }, command: Command) => show(command, options.json === true));
};

function show(command: Command, json: boolean): void {
  const rows = settingsOf(command).resolved.map((setting) => ({ ...setting, ...settingList[setting.name] }));
  if (json) {
    printJson(
      rows.map(({ name, shown, source, from, flag, environment, kind, what }) => {
        return { name, value: shown, source, from, flag, environment, file: name, expects: kind.expects, what };
      }),
    );
    return;
  }
  const titles = ["setting", "value", "from", "flag", "environment", "what for"].map((title) => ({ title }));
  printTable(
    titles,
    rows.map(({ name, shown, from, flag, environment, what }) => [name, shown === "" ? "-" : shown, from, flag, environment, what]),
  );
  print("\nA flag stands above the environment, the environment above the file (apg.json in the data folder, or --config).");
}
