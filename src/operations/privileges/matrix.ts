import type { ClientBase } from "pg";
import { readDatabaseFile } from "../migrate/migration-files.ts";
import { matrixLines } from "./matrix-query.ts";

/** What one object lets whom do: `holders` maps a role (or `public`) to letters such as `r`, `w(name)`, `a*`. */
export interface Access {
  /** `table cash_management.cm_banks`, `function …(text)`, `schema audit`, `database`, `role apg_user`, `default tables of cm_owner`. */
  readonly subject: string;
  readonly owner: string | null;
  /** Of a function: it runs with its owner's rights. */
  readonly definer: boolean;
  readonly holders: ReadonlyMap<string, ReadonlySet<string>>;
}

/** By subject. */
export type Matrix = ReadonlyMap<string, Access>;

export const matrixFile = "privileges.txt";

const heading = `# What each role can do with each object, memberships and PUBLIC resolved: made by "apg db privileges --write", reviewed, committed.
# r select, a insert, w update, d delete, D truncate, x references, t trigger, m maintain, X execute, U usage, C create, c connect,
# T temporary, s set, A alter system; * may grant it on; (…) these columns only. In brackets the owner; "as" before it: security definer.
`;

/** The effective privileges of this database as text, the form of database/privileges.txt. */
export async function matrixText(admin: ClientBase): Promise<string> {
  const version = await admin.query<{ number: number }>("select current_setting('server_version_num')::integer as number");
  const maintain = (version.rows[0]?.number ?? 0) >= 170_000 ? { m: "maintain" } : {};
  const letters = { r: "select", a: "insert", w: "update", d: "delete", D: "truncate", x: "references", t: "trigger", ...maintain };
  const { rows } = await admin.query<{ line: string }>(matrixLines, [await ourRoles(), JSON.stringify(letters)]);
  return `${heading}${rows.map(({ line }) => line).join("\n")}\n`;
}

export function committedMatrixText(): Promise<string> {
  return readDatabaseFile(matrixFile);
}

/** The roles that database/roles.sql makes. */
export async function ourRoles(): Promise<string[]> {
  const names = (await readDatabaseFile("roles.sql")).matchAll(/^\s*\('(\w+)', '(?:no)?login /gm);
  return [...names].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** Reads what `matrixText` writes. */
export function parseMatrix(text: string): Matrix {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map(parseLine).map((access) => [access.subject, access]));
}

function parseLine(line: string): Access {
  const at = line.lastIndexOf(": ");
  const [, subject = "", definer, owner = null] = /^(.*?)(?: \((as )?([^()]+)\))?$/.exec(line.slice(0, at)) ?? [];
  const said = line.slice(at + 2);
  // A role holds its own attributes and memberships.
  const holders = subject.startsWith("role ")
    ? new Map([[subject.slice("role ".length), new Set(said.split(" "))]])
    : new Map(said === "nobody" ? [] : [...said.matchAll(/([^\s=]+)=((?:[^\s(]|\([^)]*\))+)/g)].map(holder));
  return { subject, owner, definer: definer !== undefined, holders };
}

function holder([, role = "", letters = ""]: RegExpMatchArray): [string, Set<string>] {
  const held = [...letters.matchAll(/([a-zA-Z]\*?)(?:\(([^)]*)\))?/g)].flatMap(([, letter = "", columns]) =>
    columns === undefined ? [letter] : columns.split(" ").map((column) => `${letter}(${column})`),
  );
  return [role, new Set(held)];
}
