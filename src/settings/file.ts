import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Problem } from "../errors/problem.ts";
import { settingList } from "./list.ts";

export interface SettingsFile {
  readonly path: string;
  readonly folder: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The file named, which must be there, else apg.json of the data folder, which need not.
 * @throws Problem `setting_invalid`
 */
export function readSettingsFile(named: string | undefined, dataDir = "."): SettingsFile | null {
  const path = resolve(named ?? join(dataDir, "apg.json"));
  try {
    return { path, folder: dirname(path), values: parse(path, readFileSync(path, "utf8")) };
  } catch (error) {
    if (error instanceof Problem) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (named === undefined && ["ENOENT", "ENOTDIR", "EACCES"].includes(code)) return null;
    throw new Problem("setting_invalid", `the settings file ${path} cannot be read (${code})`, { hint: "Check --config.", cause: error });
  }
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
  const example = 'Write an object such as { "port": 4500 }, with the names that apg settings lists.';
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    throw new Problem("setting_invalid", `${path} is not JSON: ${(error as Error).message}`, { hint: example, cause: error });
  }
  if (typeof values !== "object" || values === null || Array.isArray(values))
    throw new Problem("setting_invalid", `${path} is not a JSON object`, { hint: example });
  const unknown = Object.keys(values).find((key) => !(key in settingList));
  if (unknown !== undefined) throw new Problem("setting_invalid", `${path} has "${unknown}", which is no setting`, { hint: example });
  return values as Readonly<Record<string, unknown>>;
}
