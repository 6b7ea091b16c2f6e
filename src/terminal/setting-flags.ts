import { type Command, Option } from "commander";
import { type SettingName, type Settings, settingList } from "../settings/list.ts";
import { type ResolvedSetting, resolveSettings, settingNames } from "../settings/resolve.ts";

/** Every setting as a flag of the program, taken before and after the command's name. */
export function addSettingFlags(program: Command): void {
  program.optionsGroup("Settings (apg settings shows them with their sources):");
  program.option("--config <file>", "settings file; default: apg.json in the data folder");
  for (const name of settingNames) {
    const { flag, what, environment } = settingList[name];
    program.addOption(new Option(flag, `${what} (${environment})`));
  }
}

/** @throws Problem `setting_invalid` */
export function settingsOf(command: Command): { settings: Settings; resolved: readonly ResolvedSetting[] } {
  const program = rootOf(command);
  const given = settingNames.filter((name) => program.getOptionValueSource(optionKey(name)) === "cli");
  const flags = Object.fromEntries(given.map((name) => [name, program.getOptionValue(optionKey(name))]));
  const configFile = program.getOptionValue("config") as string | undefined;
  return resolveSettings({ flags, environment: process.env, configFile });
}

/** Commander's name for the flag: --no-demo is `demo`, --data-dir is `dataDir`. */
function optionKey(name: SettingName): string {
  return new Option(settingList[name].flag).attributeName();
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
