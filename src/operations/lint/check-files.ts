import { readdir, readFile } from "node:fs/promises";
import { databaseFolder } from "../migrate/migration-files.ts";
import { type Category, type Check, categories, isLevel, readVersions } from "./check.ts";

/**
 * All checks of a folder by number. A file begins with its header as comments, `-- key: value` with further lines indented:
 *
 *     -- id: 0001
 *     -- title: Table of tenants without row-level security
 *     -- level: error
 *     -- category: isolation
 *     -- why: …
 *     -- proves: invariant 10, guide E4
 *     -- versions: 15-18
 *
 * and is then SQL that only reads, usable with psql alone, answering the columns name, level, object, detail, evidence, fix.
 * A file that is not like that is a defect of ours.
 */
export async function readChecks(folder = checksFolder): Promise<Check[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const checks = await Promise.all(names.map(async (name) => readCheck(name, await readFile(`${folder}${name}`, "utf8"))));
  for (const [index, { id }] of checks.entries()) if (checks[index + 1]?.id === id) throw new Error(`two checks have the number ${id}`);
  return checks;
}

export const checksFolder = `${databaseFolder}checks/`;

export function readCheck(fileName: string, text: string): Check {
  const [, id, name] = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(fileName) ?? [];
  if (id === undefined || name === undefined) throw new Error(`${fileName} is not named NNNN_fault.sql`);
  const sql = text.replaceAll("\r\n", "\n");
  const header = readHeader(sql);
  const say = (key: string): string => {
    const value = header.get(key);
    if (value === undefined || value === "") throw new Error(`the header of ${fileName} does not say "-- ${key}: …"`);
    return value;
  };
  if (say("id") !== id) throw new Error(`${fileName} has the id ${say("id")} in its header`);
  const level = say("level");
  if (!isLevel(level)) throw new Error(`${fileName} has the level ${level}`);
  const category = say("category");
  if (!isCategory(category)) throw new Error(`${fileName} has the category ${category}: see src/operations/lint/check.ts`);
  const versions = readVersions(say("versions"));
  return {
    ...{ id, name, file: `database/checks/${fileName}`, title: say("title"), level, category },
    ...{ why: say("why"), proves: say("proves"), versions, sql },
  };
}

function readHeader(sql: string): Map<string, string> {
  const header = new Map<string, string>();
  let key: string | undefined;
  for (const line of sql.split("\n")) {
    if (!line.startsWith("--")) break;
    const [, begun, value] = /^-- ([a-z]+): (.*)$/.exec(line) ?? [];
    if (begun !== undefined && value !== undefined) {
      key = begun;
      header.set(key, value.trim());
    } else if (key !== undefined && line.startsWith("--   ")) {
      header.set(key, `${header.get(key)} ${line.slice(2).trim()}`);
    }
  }
  return header;
}

function isCategory(word: string): word is Category {
  return categories.includes(word as Category);
}
