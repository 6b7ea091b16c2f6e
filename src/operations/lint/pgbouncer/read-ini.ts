import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { Problem } from "../../../errors/problem.ts";

export interface IniEntry {
  readonly file: string;
  readonly line: number;
  /** Such as pgbouncer, databases, users. */
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

export interface IniError {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface Ini {
  readonly entries: readonly IniEntry[];
  readonly errors: readonly IniError[];
}

/** Reads pgbouncer.ini and what it includes (`%include FILE`). @throws Problem `invalid_input` when it cannot be read */
export async function readIni(file: string): Promise<Ini> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new Problem("invalid_input", `${file} cannot be read`, { hint: "Give --pgbouncer-ini the path of a pgbouncer.ini.", cause });
  });
  return await parse(text, file, "", 0);
}

async function parse(text: string, file: string, begun: string, depth: number): Promise<Ini> {
  const entries: IniEntry[] = [];
  const errors: IniError[] = [];
  let section = begun;
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const written = raw.trim();
    if (written === "" || /^[;#]/.test(written)) continue;
    const [, target] = /^%include\s+(\S.*)$/.exec(written) ?? [];
    const [, named] = /^\[([^\]]+)\]$/.exec(written) ?? [];
    const [, key, value] = /^("(?:[^"]|"")*"|[^=\s]+)\s*=\s*(.*)$/.exec(written) ?? [];
    if (target !== undefined && depth < 10) {
      const path = isAbsolute(target) ? target : join(dirname(file), target);
      const included = await readFile(path, "utf8").catch(() => null);
      if (included === null) errors.push({ file, line: at + 1, text: `${path} cannot be read` });
      else {
        const inner = await parse(included, path, section, depth + 1);
        entries.push(...inner.entries);
        errors.push(...inner.errors);
      }
    } else if (named !== undefined) section = named;
    else if (key !== undefined && value !== undefined && section !== "")
      entries.push({ file, line: at + 1, section, key: unquoted(key), value: value.trim() });
    else errors.push({ file, line: at + 1, text: written });
  }
  return { entries, errors };
}

/** The words of a connection string such as `host=a dbname='my db'`. */
export function connectionWords(value: string): Map<string, string> {
  const words = value.matchAll(/([a-z_]+)\s*=\s*('(?:[^']|'')*'|\S*)/g);
  return new Map([...words].map(([, key = "", word = ""]) => [key, word.startsWith("'") ? word.slice(1, -1).replaceAll("''", "'") : word]));
}

function unquoted(key: string): string {
  return key.startsWith('"') ? key.slice(1, -1).replaceAll('""', '"') : key;
}
