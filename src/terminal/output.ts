import { once } from "node:events";
import Table from "cli-table3";

/**
 * What commands answer goes to standard output through here; remarks and progress go to standard error, so that output
 * can be piped. A reader that has seen enough (`| head`) ends the program quietly.
 */
export function print(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** For answers larger than memory: resolves when standard output has room again. */
export async function printAwaited(text: string): Promise<void> {
  if (text !== "" && !process.stdout.write(text)) await once(process.stdout, "drain");
}

export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** One JSON document; bigints become decimal strings, as on the wire. */
export function printJson(value: unknown): void {
  print(jsonText(value));
}

export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, entry) => (typeof entry === "bigint" ? entry.toString() : entry), 2);
}

export interface Column {
  readonly title: string;
  /** Right for amounts and counts: figures of one column then stand below each other. */
  readonly align?: "left" | "right";
}

export function printTable(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
  print(tableText(columns, rows));
}

/** Columns apart by two blanks, a line under the titles, no frames: easy to read, to copy and to cut. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ align }) => align ?? "left"),
    chars: frameless,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(...rows.map((row) => [...row]));
  const lines = table.toString().split("\n");
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** "1 file", "3 files". */
export function counted(count: number | bigint, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 || count === 1n ? one : many}`;
}

/** Exits quietly when the reader of a pipe has gone. Once, at the program's start. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
}

const frameless = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
};
