import { resolve } from "node:path";
import { Problem } from "../errors/problem.ts";
import { readSettingsFile, type SettingsFile } from "./file.ts";
import { file as fileKind, folder } from "./kinds.ts";
import { type Setting, type SettingName, type Settings, settingList } from "./list.ts";

export type SettingSource = "flag" | "environment" | "file" | "default";

export interface ResolvedSetting {
  readonly name: SettingName;
  readonly value: unknown;
  /** For people, secrets masked; empty when nothing is set. */
  readonly shown: string;
  readonly source: SettingSource;
  /** The flag, variable or file it came from. */
  readonly from: string;
}

export interface SettingSources {
  /** What was given on the command line, by setting name. */
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** --config; without it apg.json in the data folder, when it is there. */
  readonly configFile?: string | undefined;
}

export const settingNames = Object.keys(settingList) as readonly SettingName[];

/**
 * Every setting with its value and where it came from.
 * @throws Problem `setting_invalid`
 */
export function resolveSettings(sources: SettingSources): { settings: Settings; resolved: readonly ResolvedSetting[] } {
  // Only a file named with --config may say where the data folder is; the one inside it is found through it.
  const dataDir = resolveOne("dataDir", sources, sources.configFile === undefined ? null : readSettingsFile(sources.configFile));
  const file = readSettingsFile(sources.configFile, String(dataDir.value));
  const resolved = settingNames.map((name) => (name === "dataDir" ? dataDir : resolveOne(name, sources, file)));
  const settings = Object.fromEntries(resolved.map(({ name, value }) => [name, value])) as unknown as Settings;
  return { settings, resolved };
}

interface Given {
  readonly text: string;
  readonly source: SettingSource;
  readonly from: string;
}

function resolveOne(name: SettingName, sources: SettingSources, file: SettingsFile | null): ResolvedSetting {
  const setting = settingList[name] as Setting<unknown>;
  const given = firstGiven(name, setting, sources, file);
  if (given === null) return { name, value: setting.fallback, shown: shown(setting, setting.fallback), source: "default", from: "default" };
  const value = setting.kind.read(given.text);
  if (value === undefined) throw invalid(name, setting, given);
  return { name, value, shown: shown(setting, value), source: given.source, from: given.from };
}

function firstGiven(name: SettingName, setting: Setting<unknown>, sources: SettingSources, file: SettingsFile | null): Given | null {
  const byFlag = sources.flags[name];
  if (byFlag !== undefined) return { text: String(byFlag), source: "flag", from: setting.flag.split(" ", 1)[0] ?? "" };
  const byEnvironment = sources.environment[setting.environment];
  // An empty variable is how compose files and CI write "not set".
  if (byEnvironment !== undefined && byEnvironment !== "") return { text: byEnvironment, source: "environment", from: setting.environment };
  const byFile = file?.values[name];
  if (file === null || byFile === undefined || byFile === null) return null;
  // A folder or file in a settings file is meant from where that lies.
  const text = setting.kind === folder || setting.kind === fileKind ? resolve(file.folder, String(byFile)) : String(byFile);
  return { text, source: "file", from: file.path };
}

function shown(setting: Setting<unknown>, value: unknown): string {
  return value === undefined ? "" : setting.kind.show(value);
}

function invalid(name: SettingName, setting: Setting<unknown>, given: Given): Problem {
  // A connection string that is wrong may still hold a password.
  const text = /url/i.test(name) ? "its value" : `"${given.text}"`;
  return new Problem("setting_invalid", `${given.from}: ${text} is not ${setting.kind.expects}`, {
    detail: { setting: name, from: given.from },
    hint: `Set ${setting.flag}, ${setting.environment}, or "${name}" in apg.json.`,
  });
}
