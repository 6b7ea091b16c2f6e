/** A question to the catalogue that finds one kind of fault: one file of database/checks, its header as data. */
export interface Check {
  /** Four digits, as in the file's name. */
  readonly id: string;
  /** The fault in words joined by underscores, as in the file's name. */
  readonly name: string;
  /** From the root of the checkout, such as `database/checks/0001_….sql`. */
  readonly file: string;
  readonly title: string;
  /** Of most of its findings; a row may say another. */
  readonly level: Level;
  readonly category: Category;
  /** What happens to somebody who leaves it so. */
  readonly why: string;
  /** The invariants, items of the guide or rules it stands for. */
  readonly proves: string;
  readonly versions: Versions;
  readonly sql: string;
}

/** What a check found: one for each logical object, a table with its partitions being one. */
export interface Finding {
  readonly check: Check;
  readonly level: Level;
  /** Whose fault it is, as PostgreSQL spells it. */
  readonly object: string;
  /** The fact, in a sentence. */
  readonly detail: string;
  /** The catalogue's words for it. */
  readonly evidence: string;
  /** SQL that cures it. */
  readonly fix: string;
}

export const levels = ["error", "warn", "info"] as const;
export type Level = (typeof levels)[number];

export const categories = [
  "isolation",
  "privileges",
  "functions",
  "keys",
  "types",
  "indexes",
  "partitions",
  "audit",
  "roles",
  "server",
  "plans",
  "connections",
] as const;
export type Category = (typeof categories)[number];

/** Majors of PostgreSQL, both included. */
export interface Versions {
  readonly from: number;
  readonly to: number;
}

export function isLevel(word: unknown): word is Level {
  return levels.includes(word as Level);
}

/** Whether a finding is at this level or above it. */
export function reaches(level: Level, floor: Level): boolean {
  return levels.indexOf(level) <= levels.indexOf(floor);
}

/** "15-18", "17". Anything else is a defect of the file that says so. */
export function readVersions(text: string): Versions {
  const [, from, to] = /^(\d{2})(?:-(\d{2}))?$/.exec(text) ?? [];
  if (from === undefined) throw new Error(`"${text}" is not a range of versions such as 15-18`);
  return { from: Number(from), to: Number(to ?? from) };
}

export function includesVersion(versions: Versions, major: number): boolean {
  return versions.from <= major && major <= versions.to;
}
