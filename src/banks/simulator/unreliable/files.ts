import { gzipSync, zipSync } from "fflate";
import type { AccountStatement } from "../account-statement.ts";
import { type Random, randomFrom } from "../random.ts";
import { writeBai2 } from "../writers/bai2.ts";
import { writeCamt } from "../writers/camt.ts";
import { writeCsv } from "../writers/csv.ts";
import { writeMt940 } from "../writers/mt940.ts";
import type { FaultName } from "./fault-names.ts";
import type { Telling } from "./telling.ts";

/** A file as it arrives, and what is in it. */
export interface BankFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly faults: readonly FaultName[];
  readonly tellings: readonly Telling[];
  readonly repeats: string | null;
}

export interface DatedTelling {
  readonly telling: Telling;
  /** Bank day of its arrival, counted from the first. */
  readonly arrives: number;
}

/** Bundles what a bank sends on one day in one format, repeats some files, and puts all in the order of arrival. */
export function filesOf(told: readonly DatedTelling[], seed: string, has: (fault: FaultName) => boolean): BankFile[] {
  const random = randomFrom(`${seed}/files`);
  const files = bundled(told, random).map(({ tellings, arrives }) => ({
    ...writtenFile(tellings),
    arrives: arrives + random.fraction() / 2,
    of: null as number | null,
  }));
  const all = files.flatMap((file, index) =>
    has("repeat") && random.chance(0.1)
      ? [file, { ...again(file, random), arrives: file.arrives + random.integer(0, 6) + 0.6, of: index }]
      : [file],
  );
  const key = has("out_of_order") ? () => random.fraction() : ({ arrives }: { arrives: number }) => arrives;
  const ordered = all.map((file) => ({ file, at: key(file) })).sort((a, b) => a.at - b.at);
  const names = ordered.map(({ file }, index) => `${String(index + 1).padStart(4, "0")}_${file.name}`);
  const nameOf = (original: (typeof files)[number]) => names[ordered.findIndex(({ file }) => file === original)] ?? null;
  return ordered.map(({ file: { bytes, faults, tellings, of } }, index) => ({
    ...{ name: names[index] as string, bytes, faults, tellings },
    repeats: of === null ? null : nameOf(files[of] as (typeof files)[number]),
  }));
}

/** Up to six accounts in a file; a table holds one account and so does a page that travels alone. */
function bundled(told: readonly DatedTelling[], random: Random): { tellings: Telling[]; arrives: number }[] {
  const open = new Map<string, { tellings: Telling[]; arrives: number }>();
  const files: { tellings: Telling[]; arrives: number }[] = [];
  for (const { telling, arrives } of [...told].sort((a, b) => a.arrives - b.arrives)) {
    const { format, damage, statement } = telling;
    const key = `${Math.floor(arrives)} ${format} ${damage} ${statement.bank.key}`;
    const bundle = open.get(key);
    const fits =
      bundle !== undefined &&
      bundle.tellings.length < 6 &&
      bundle.tellings.every((other) => other.statement.account.key !== statement.account.key);
    if (fits && random.chance(0.8)) bundle.tellings.push(telling);
    else {
      const file = { tellings: [telling], arrives };
      files.push(file);
      if (format !== "csv" && statement.page === undefined) open.set(key, file);
    }
  }
  return files;
}

function writtenFile(tellings: readonly Telling[]): Omit<BankFile, "repeats"> {
  const { format, damage, statement } = tellings[0] as Telling;
  const { text, extension } = written(
    format,
    tellings.map((telling) => telling.statement),
  );
  const bytes = damage === "latin1" ? new Uint8Array(Buffer.from(text, "latin1")) : new TextEncoder().encode(text);
  const faults = [...new Set(tellings.flatMap((telling) => telling.faults))];
  return { name: `${statement.bank.bic.slice(0, 8)}_${format.replaceAll(".", "")}_${statement.day}.${extension}`, bytes, faults, tellings };
}

function written(format: Telling["format"], statements: readonly AccountStatement[]): { text: string; extension: string } {
  const [first] = statements as [AccountStatement, ...AccountStatement[]];
  const message = first.id ?? `${first.bank.bic.slice(0, 8)}${first.day.replaceAll("-", "")}`;
  const camt = { format: "camt", version: "001.08", pretty: true, opening: "OPBD" } as const;
  if (format === "camt.052" || format === "camt.053") return { text: writeCamt(statements, camt, message), extension: "xml" };
  if (format === "mt940") return { text: writeMt940(statements, "german"), extension: "sta" };
  if (format === "mt940-swift") return { text: writeMt940(statements, "swift"), extension: "sta" };
  if (format === "bai2") return { text: writeBai2(statements, message), extension: "bai" };
  return { text: writeCsv(first), extension: "csv" };
}

/** The same bytes, or the same in an archive whose clock stands still: a folder is the same for a seed. */
function again<T extends { readonly name: string; readonly bytes: Uint8Array; readonly faults: readonly FaultName[] }>(
  file: T,
  random: Random,
): T {
  const faults: readonly FaultName[] = [...new Set<FaultName>([...file.faults, "repeat"])];
  const kind = random.integer(0, 3);
  if (kind === 0) return { ...file, name: `${file.name}.gz`, bytes: gzipSync(file.bytes, { mtime: 0 }), faults };
  if (kind === 1)
    return { ...file, name: `${file.name}.zip`, bytes: zipSync({ [file.name]: file.bytes }, { mtime: "1980-01-01T00:00:00" }), faults };
  return { ...file, faults };
}
