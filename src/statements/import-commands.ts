import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { sortWaiting } from "../categories/runs.ts";
import { Problem } from "../errors/problem.ts";
import type { Pool } from "../postgres/connect.ts";
import type { TenantContext } from "../postgres/transaction.ts";
import { requireTenant } from "../tenants/tenants.ts";
import { commandActor } from "../terminal/actor.ts";
import { commandGroup, type MountCommands } from "../terminal/command.ts";
import { counted, print, printJson, printTable } from "../terminal/output.ts";
import { startProgress } from "../terminal/progress.ts";
import type { UploadedFile } from "./contract.ts";
import { deliverySource } from "./deliveries.ts";
import { importFile } from "./import.ts";
import { canBeAssigned } from "./posting/assignable.ts";
import type { FileSource } from "./posting/deliveries.ts";
import { termsOf, withTermsOptions } from "./profiles/commands.ts";
import type { ReadTerms } from "./profiles/contract.ts";

/** `apg statement import`: exit code 0 when all is proven or known, 1 when something is marked, 2 when a file is refused. */
export const mountImportCommand: MountCommands = (program, context) => {
  const statement = commandGroup(program, "statement", "read and import bank statements");
  const importing = statement
    .command("import")
    .description("import statement files, or all files of folders, each whole or not at all")
    .argument("<paths...>", "files and folders")
    .requiredOption("--tenant <tenant>", "whose statements they are");
  withTermsOptions(importing)
    .option("--json", "as JSON: one object a file, as the API answers")
    .action((paths: string[], options: ImportFlags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const tenant = { tenantId: options.tenant, actor: commandActor() };
        await requireTenant(database.app, tenant);
        const terms = await termsOf(database.app, tenant, options);
        const results = await importPaths(database.app, tenant, paths, terms);
        await sortWaiting(database.app, tenant);
        answer(results, options);
      }),
    );
  const assigning = statement
    .command("assign")
    .description("import a received file that was refused for what it did not say; it need not be sent again")
    .argument("<delivery>", "id of the received file, as the import named it")
    .requiredOption("--tenant <tenant>", "whose it is");
  withTermsOptions(assigning)
    .option("--json", "as JSON, as the API answers")
    .action((id: string, options: ImportFlags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const tenant = { tenantId: options.tenant, actor: commandActor() };
        await requireTenant(database.app, tenant);
        const terms = await termsOf(database.app, tenant, options);
        const source = await deliverySource(database.app, tenant, id);
        answer([await importFile(database.app, tenant, source, { channel: "command", terms })], options);
      }),
    );
};

interface ImportFlags {
  readonly tenant: string;
  readonly json?: true;
  readonly account?: string;
  readonly currency?: string;
  readonly profile?: string;
}

function answer(results: readonly UploadedFile[], { json }: ImportFlags): void {
  if (json === true) printJson(results);
  else report(results);
  process.exitCode = exitCode(results);
}

export function fileSource(path: string): FileSource {
  return { name: basename(path), open: () => createReadStream(path, { highWaterMark: 1 << 20 }) };
}

async function importPaths(pool: Pool, context: TenantContext, paths: readonly string[], terms: ReadTerms): Promise<UploadedFile[]> {
  const files = (await Promise.all(paths.map(filesOf))).flat();
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const progress = startProgress(Math.ceil(total / 1e6), { unit: "MB" });
  const results: UploadedFile[] = [];
  let before = 0;
  try {
    for (const file of files) {
      const at = (bytes: number) => progress.at(Math.floor((before + bytes) / 1e6), basename(file.path));
      at(0);
      results.push(await importFile(pool, context, fileSource(file.path), { channel: "command", progress: at, terms }));
      before += file.bytes;
    }
  } finally {
    progress.end();
  }
  return results;
}

/** A folder's files, the folders below it included, by name; hidden ones are left out. */
async function filesOf(path: string): Promise<{ path: string; bytes: number }[]> {
  const status = await stat(path).catch((cause: unknown) => {
    throw new Problem("invalid_input", `${path} cannot be read`, { hint: "Name files or folders that exist.", cause });
  });
  if (!status.isDirectory()) return [{ path, bytes: status.size }];
  const names = (await readdir(path)).filter((name) => !name.startsWith(".")).sort();
  return (await Promise.all(names.map((name) => filesOf(join(path, name))))).flat();
}

function report(results: readonly UploadedFile[]): void {
  const titles = [
    { title: "file" },
    { title: "outcome" },
    { title: "format" },
    { title: "statements", align: "right" as const },
    { title: "entries", align: "right" as const },
    { title: "new", align: "right" as const },
  ];
  printTable(
    titles,
    results.map((file) => [
      file.file,
      outcomeText(file),
      file.variant ?? file.format ?? "",
      String(file.statements.length),
      String(file.entries),
      String(file.newEntries),
    ]),
  );
  for (const file of results)
    for (const problem of file.problems)
      if (problem.severity !== "warning")
        print(`${file.file}${problem.line === null ? "" : `:${problem.line}`}: ${problem.code}: ${problem.message}`);
  for (const file of results)
    if (canBeAssigned(file))
      print(`hint: ${file.file} is kept: apg statement assign ${file.deliveryId} --tenant TENANT, with what is missing`);
  const count = (outcome: UploadedFile["outcome"]) => results.filter((file) => file.outcome === outcome).length;
  print(`${counted(results.length, "file")}: ${count("imported")} imported, ${count("duplicate")} known, ${count("refused")} refused`);
}

function outcomeText(file: UploadedFile): string {
  if (file.outcome === "duplicate") return "known";
  const marked = markedStatements(file);
  return marked.length === 0 ? file.outcome : `${file.outcome}, ${marked.map((statement) => statement.status).join(", ")}`;
}

function markedStatements(file: UploadedFile): UploadedFile["statements"] {
  return file.statements.filter((statement) => statement.status === "break" || statement.status === "conflict");
}

function exitCode(results: readonly UploadedFile[]): number {
  if (results.some((file) => file.outcome === "refused")) return 2;
  return results.some((file) => file.outcome === "imported" && markedStatements(file).length > 0) ? 1 : 0;
}
