import { readdir, readFile } from "node:fs/promises";
import { databaseFolder } from "../../migrate/migration-files.ts";

/** A statement the program sends all day, with what it must cost: one file of database/statements. */
export interface HotStatement {
  readonly name: string;
  /** From the root of the checkout. */
  readonly file: string;
  readonly asks: string;
  readonly sentBy: string;
  /** From $2 on; $1 is the tenant. An expression of SQL that may use $1. */
  readonly parameters: readonly { readonly type: string; readonly expression: string }[];
  /** Each scan of this table must have a condition on these columns in its index. */
  readonly uses: readonly { readonly table: string; readonly columns: readonly string[] }[];
  /** Whether a plan made for any value must use the index too. */
  readonly generic: boolean;
  /** Relations it may lock at most. The server keeps the first 16 of a transaction out of the shared lock table (before 18). */
  readonly locks: number;
  readonly planningMs: number;
  readonly sql: string;
}

export const statementsFolder = `${databaseFolder}statements/`;
const usualLocks = 16;
const usualPlanningMs = 20;

export async function readStatements(folder = statementsFolder): Promise<HotStatement[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(names.map(async (name) => readStatement(name, await readFile(`${folder}${name}`, "utf8"))));
}

/** A file that is not as the others are is a defect of ours. */
export function readStatement(fileName: string, text: string): HotStatement {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const header = lines.filter((line) => line.startsWith("-- ")).map((line) => line.slice("-- ".length));
  const sql = lines
    .filter((line) => !line.startsWith("--"))
    .join("\n")
    .trim()
    .replace(/;$/, "");
  const say = (key: string) => header.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2);
  const need = (key: string) => {
    const value = say(key);
    if (value === undefined) throw new Error(`the header of ${fileName} does not say "-- ${key}: …"`);
    return value;
  };
  const name = need("statement");
  if (`${name}.sql` !== fileName) throw new Error(`${fileName} calls itself ${name}`);
  if (!/^(select|with)\s/i.test(sql) || sql.includes(";")) throw new Error(`${fileName} is not one statement that reads`);
  return {
    ...{ name, sql, file: `database/statements/${fileName}`, asks: need("asks"), sentBy: need("sent by") },
    parameters: parametersOf(header, fileName),
    uses: header.flatMap((line) => {
      const [, table, columns] = /^uses: (\S+) \(([^)]+)\)$/.exec(line) ?? [];
      return table === undefined || columns === undefined ? [] : [{ table, columns: columns.split(", ") }];
    }),
    generic: !(say("generic") ?? "").startsWith("no"),
    locks: Number(say("locks") ?? usualLocks),
    planningMs: Number(say("planning") ?? usualPlanningMs),
  };
}

function parametersOf(header: readonly string[], fileName: string): { type: string; expression: string }[] {
  return header
    .filter((line) => line.startsWith("$"))
    .map((line, at) => {
      const [, number, type, expression] = /^\$(\d+) ([a-z ]+(?:\[\])?): (.+)$/.exec(line) ?? [];
      if (type === undefined || expression === undefined || Number(number) !== at + 2)
        throw new Error(`${fileName}: "${line}" is not "$${at + 2} type: expression"`);
      return { type, expression };
    });
}
