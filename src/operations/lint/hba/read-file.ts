import { readdir, readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { Problem } from "../../../errors/problem.ts";
import { readFields } from "./fields.ts";
import { readRule } from "./read-rule.ts";
import type { HbaError, HbaLine, Name } from "./rule.ts";

/**
 * Reads pg_hba.conf and what it includes (`include`, `include_if_exists`, `include_dir`: since 16; `@file` of names), as the server of
 * this major would. @throws Problem `invalid_input` when the file itself cannot be read
 */
export async function readHbaFile(file: string, major: number): Promise<HbaLine[]> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new Problem("invalid_input", `${file} cannot be read`, { hint: "Give --hba the path of a pg_hba.conf.", cause });
  });
  return readHbaText(text, file, major);
}

export async function readHbaText(text: string, file: string, major: number, depth = 0): Promise<HbaLine[]> {
  const lines: HbaLine[] = [];
  for (const { line, text: written, fields, error } of readFields(text)) {
    const place = { file, line, text: written.trim().replace(/\s+/g, " ") };
    if (error !== null) lines.push({ kind: "error", ...place, message: error });
    else lines.push(...(await readLine(fields, place, { major, depth })));
  }
  return lines;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

// As in the server: includes nest ten deep at most.
const deepest = 10;

async function readLine(
  fields: readonly (readonly Name[])[],
  place: Place,
  { major, depth }: { major: number; depth: number },
): Promise<HbaLine[]> {
  const directive = fields[0]?.[0]?.text ?? "";
  if (major >= 16 && /^include(_if_exists|_dir)?$/.test(directive)) {
    const target = fields[1]?.[0]?.text;
    if (target === undefined || fields.length !== 2) return [failed(place, `${directive} takes one file`)];
    if (depth >= deepest) return [failed(place, "includes nest too deep")];
    const path = isAbsolute(target) ? target : join(dirname(place.file), target);
    return await include(directive, path, place, { major, depth });
  }
  const filled: Name[][] = [];
  for (const field of fields) {
    const names = await namesOf(field, place.file, depth);
    if (typeof names === "string") return [failed(place, names)];
    filled.push(names);
  }
  return [readRule(filled, place, major)];
}

async function include(directive: string, path: string, place: Place, at: { major: number; depth: number }): Promise<HbaLine[]> {
  try {
    const files =
      directive === "include_dir" ? (await readdir(path)).filter((name) => /^[^.].*\.conf$|^[^.]\.conf$/.test(name)).sort() : [""];
    const parts = await Promise.all(
      files.map(async (name) => {
        const file = name === "" ? path : join(path, name);
        return readHbaText(await readFile(file, "utf8"), file, at.major, at.depth + 1);
      }),
    );
    return parts.flat();
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return directive === "include_if_exists" && missing ? [] : [failed(place, `${path} cannot be read`)];
  }
}

/** `@file` stands for the names in that file, which may be apart by blanks, commas and line ends. */
async function namesOf(field: readonly Name[], file: string, depth: number): Promise<Name[] | string> {
  const names: Name[] = [];
  for (const name of field) {
    if (name.quoted || !name.text.startsWith("@") || name.text.length === 1) {
      names.push(name);
      continue;
    }
    if (depth >= deepest) return "lists of names nest too deep";
    const path = isAbsolute(name.text.slice(1)) ? name.text.slice(1) : join(dirname(file), name.text.slice(1));
    const text = await readFile(path, "utf8").catch(() => null);
    if (text === null) return `${path} cannot be read`;
    for (const { fields } of readFields(text))
      for (const inner of fields) {
        const more = await namesOf(inner, path, depth + 1);
        if (typeof more === "string") return more;
        names.push(...more);
      }
  }
  return names;
}

function failed(place: Place, message: string): HbaError {
  return { kind: "error", ...place, message };
}
