import { Problem } from "../../../errors/problem.ts";

/** A file as a bank lists it. */
export interface ListedFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** What tells it from others, where the name does not stay the same (a message that was marked as seen). */
  readonly key?: string;
}

/** An open way to a bank's files. Each method may throw a Problem: of one file (`bank_file_unreadable`), or of the way itself. */
export interface Channel {
  /** Files that may be taken, temporary names left out, by name. */
  list(): Promise<ListedFile[]>;
  open(file: ListedFile): Promise<OpenFile>;
  /** Null when it is not there any more. */
  stat(file: ListedFile): Promise<{ readonly bytes: number; readonly modifiedAt: Date } | null>;
  /** Never over another file. @returns where it is now */
  move(file: ListedFile, folder: string): Promise<string>;
  remove(file: ListedFile): Promise<void>;
  close(): Promise<void>;
}

export interface OpenFile {
  /** As many bytes as asked for; fewer only at the end. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

const temporary = /^[.~#]|[~#]$|\.(?:tmp|temp|part|partial|filepart|crdownload|download|swp|lock|writing|inprogress|incomplete|upload)$/i;

/** What a bank, or a program that copies, calls a file that is still being written. */
export function isTemporaryName(name: string): boolean {
  return temporary.test(name);
}

/** Whether one of the patterns (* and ?, case does not matter) fits; all names when there is none. */
export function nameFits(name: string, patterns: readonly string[] | undefined): boolean {
  if (patterns === undefined || patterns.length === 0) return true;
  return patterns.some((pattern) => globOf(pattern).test(name));
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i");
}

export function unreadableFile(name: string, cause: unknown): Problem {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Problem("bank_file_unreadable", `${name} cannot be read at the bank: ${why}`, {
    cause,
    hint: "Ask the bank for the right to read it; it is tried again.",
  });
}

/** A second name for a file whose place is taken: statement.xml, statement-1.xml, … */
export function* freeNames(name: string): Generator<string> {
  yield name;
  const dot = name.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let count = 1; count < 10_000; count += 1) yield `${stem}-${count}${extension}`;
}
