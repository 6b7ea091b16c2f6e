import { createReadStream } from "node:fs";
import { jsonText, tableText } from "../terminal/output.ts";
import type { StatementPreview } from "./preview/contract.ts";
import { previewStatements } from "./preview/preview.ts";
import { type ReadFilesAnswer, statementFiles, type Write } from "./read-files.ts";
import type { Said } from "./said.ts";

/** Says how files are read: the preview of the browser, for the terminal. */
export async function explainFiles(paths: readonly string[], json: boolean, write: Write, said: Said): Promise<ReadFilesAnswer> {
  const files = await statementFiles(paths);
  const previews: Array<StatementPreview & { file: string }> = [];
  let refused = 0;
  for (const file of files) {
    const preview = { file, ...(await previewStatements(createReadStream(file), said)) };
    if (!preview.accepted) refused += 1;
    if (json) previews.push(preview);
    else await write(`${explained(preview)}\n`);
  }
  if (json) await write(`${jsonText(previews)}\n`);
  return { files: files.length, refused };
}

function explained({ file, table, ...preview }: StatementPreview & { file: string }): string {
  const lines = [`${file}: ${preview.variant ?? "no statement format"}, ${preview.encoding}`];
  if (table !== null) {
    const where = table.sheet === null ? `divided by ${delimiters[table.delimiter ?? ","]}` : `sheet "${table.sheet}"`;
    const header = table.headerLine === null ? "no header" : `header in line ${table.headerLine}`;
    const { rows, entries, continuations, passedOver } = table.counts;
    lines.push(`  ${where}, ${header}; ${rows} lines: ${entries} entries, ${continuations} continued, ${passedOver} passed over`, "");
    const columns = table.columns.map(({ position, header, role, examples }) => [
      `${position + 1}`,
      header,
      role ?? "-",
      examples.join(" · ").slice(0, 60),
    ]);
    lines.push(indented(tableText([{ title: "column" }, { title: "header" }, { title: "is read as" }, { title: "such as" }], columns)), "");
    for (const { text, line } of table.evidence.filter(({ decided }) => decided))
      lines.push(`  ${line === null ? "" : `line ${line}: `}${text}`);
  }
  for (const { text, options } of preview.questions)
    lines.push(`  open: ${text}${options.map(({ cell, reading, value }) => `\n    ${value}: "${cell}" is ${reading}`).join("")}`);
  for (const one of preview.statements)
    lines.push(
      `  account ${one.account ?? "not named"}, ${one.currency ?? "currency not named"}: ${one.entries} entries, in ${one.credits}, out ${one.debits}, ${arithmetic(one)}`,
    );
  for (const { severity, code, message, line } of preview.problems)
    lines.push(`  ${severity}${line === null ? "" : `, line ${line}`}: ${code}: ${message}`);
  return lines.join("\n");
}

const delimiters = { ";": "semicolons", ",": "commas", "\t": "tabs", "|": "bars" } as const;

function arithmetic({ opening, closing, balanced }: StatementPreview["statements"][number]): string {
  if (balanced === null) return "no balances that prove it";
  return `${opening} to ${closing}: ${balanced ? "adds up" : "does not add up"}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ").trimEnd();
}
