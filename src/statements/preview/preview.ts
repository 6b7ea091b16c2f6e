import { lastFour } from "../../keys/blind-index.ts";
import { currencyExponent } from "../../money/currencies.ts";
import { decimalOrNull, decimalText, rescale } from "../../money/decimal.ts";
import { isHeaderOf, tableDelimiters } from "../formats/table/choices.ts";
import { columnsByContent, columnsByHeader } from "../formats/table/columns.ts";
import { evidenceOf } from "../formats/table/evidence.ts";
import type { TableProfile } from "../formats/table/profile.ts";
import { likeliestRoles } from "../formats/table/roles.ts";
import type { TableEntry } from "../formats/table/rows.ts";
import type { TableSeen } from "../formats/table/seen.ts";
import { noCurrency } from "../formats/unstated.ts";
import type { TableChoices } from "../profiles/contract.ts";
import { readStatements } from "../read.ts";
import type { Said } from "../said.ts";
import type { StatementHeader, StatementProblem } from "../statement.ts";
import { type StatementArithmetic, verifyStatements } from "../verify.ts";
import type { PreviewColumn, PreviewQuestion, PreviewRow, StatementPreview } from "./contract.ts";

/** Rows that a preview shows of a table, from its beginning. */
const shownRows = 200;
const shownColumns = 200;
const shownCharacters = 200;
const shownProblems = 100;
const shownStatements = 50;

type Chosen = NonNullable<Said["choices"]>;

/**
 * Reads a file and says how: what was found in it, what decided, what is open, and what would be imported. Stores nothing.
 * @param said what a person has corrected so far
 */
export async function previewStatements(bytes: AsyncIterable<Uint8Array>, said: Said): Promise<StatementPreview> {
  const problems: StatementProblem[] = [];
  const statements: StatementPreview["statements"] = [];
  const missing = { account: false, currency: false };
  let table: TableSeen | null = null;
  let header: StatementHeader | null = null;
  const sink = verifyStatements({
    file: () => {},
    openStatement: (opened) => {
      header = opened;
      missing.account ||= opened.account.id === "";
    },
    balance: () => {},
    entry: (entry) => {
      missing.currency ||= entry.currency === noCurrency;
    },
    declared: () => {},
    verified: (sums) => {
      if (header !== null && statements.length < shownStatements) statements.push(statementOf(header, sums));
    },
    closeStatement: () => {},
    problem: (problem) => problems.push(problem),
  });
  const outcome = await readStatements(bytes, sink, { said: { ...said, ask: false, asTable: true, onTable: (seen) => (table ??= seen) } });
  sink.finish();
  const asked = tableQuestions(table);
  return {
    ...{ accepted: outcome.accepted, format: outcome.format, variant: outcome.variant, encoding: outcome.encoding },
    statements: outcome.accepted ? statements : [],
    problems: problems.slice(0, shownProblems),
    questions: [...asked, ...(outcome.accepted ? partyQuestions(missing) : [])],
    table: table === null ? null : tableOf(table, said.choices ?? {}),
  };
}

function statementOf(header: StatementHeader, sums: StatementArithmetic): StatementPreview["statements"][number] {
  const { account } = header;
  const currency = sums.currency === noCurrency ? null : sums.currency;
  return {
    account: account.id === "" ? null : lastFour(account.id),
    name: account.name,
    ...{ currency, from: sums.firstDay, to: sums.lastDay, entries: sums.entries, credits: sums.credits, debits: sums.debits },
    opening: inDecimals(sums.opening?.amount, currency),
    closing: inDecimals(sums.closing?.amount, currency),
    balanced: sums.balanced,
  };
}

/** Reckoned balances have the decimals they were reckoned with, and are shown with those of their currency. */
function inDecimals(amount: string | undefined, currency: string | null): string | null {
  const value = amount === undefined ? null : decimalOrNull(amount);
  if (value === null) return null;
  const scale = Math.max(value.scale, currency === null ? 2 : (currencyExponent(currency) ?? 2));
  return decimalText({ units: rescale(value, scale), scale });
}

function partyQuestions(missing: { account: boolean; currency: boolean }): PreviewQuestion[] {
  return [
    ...(missing.account ? [{ about: "account" as const, text: "the file names no account: choose whose it is", options: [] }] : []),
    ...(missing.currency
      ? [{ about: "currency" as const, text: "the file names no currency: choose it, or an account that has one", options: [] }]
      : []),
  ];
}

function tableQuestions(table: TableSeen | null): PreviewQuestion[] {
  if (table === null || "code" in table.profile) return [];
  const { assumptions } = table.profile;
  const open = {
    dayOrder: assumptions.some(({ code }) => code === "DATE_ORDER_GUESSED"),
    decimal: assumptions.some(({ code }) => code === "DECIMAL_GUESSED"),
  };
  return evidenceOf(table.rows, table.profile)
    .filter(({ about, decided }) => !decided && open[about])
    .map(({ about, text, options }) => ({ about, text, options: [...options] }));
}

function tableOf(seen: TableSeen, chosen: Chosen): NonNullable<StatementPreview["table"]> {
  const profile = "code" in seen.profile ? null : seen.profile;
  const rows = rowsOf(seen, profile, chosen);
  const kinds = rows.map(({ kind }) => kind);
  return {
    delimiter: tableDelimiters.find((one) => one === seen.delimiter) ?? null,
    sheet: seen.sheet,
    sheets: [...seen.sheets],
    savedProfileId: seen.savedProfile,
    headerLine: seen.rows[headerRowOf(seen.rows, profile, chosen)]?.line ?? null,
    columns: columnsOf(seen, profile, chosen),
    choices: choicesOf(seen, profile, chosen),
    dayOrder: profile?.dayOrder ?? chosen.dayOrder ?? null,
    decimal: profile?.decimal ?? chosen.decimal ?? null,
    inverted: profile?.inverted ?? chosen.inverted ?? false,
    evidence:
      profile === null ? [] : evidenceOf(seen.rows, profile).map(({ about, decided, text, line }) => ({ about, decided, text, line })),
    rows: rows.slice(0, shownRows),
    counts: {
      rows: rows.length,
      entries: kinds.filter((kind) => kind === "entry").length,
      continuations: kinds.filter((kind) => kind === "continuation").length,
      passedOver: kinds.filter((kind) => kind === "other" || kind === "withoutAmount").length,
    },
  };
}

/** All of it as choices, but for what is open: what a profile saves, and what a person goes on from. */
function choicesOf(seen: TableSeen, profile: TableProfile | null, chosen: Chosen): TableChoices {
  const kept = { delimiter: chosen.delimiter, encoding: chosen.encoding, sheet: chosen.sheet };
  if (profile === null) return stated({ ...chosen, ...kept });
  const open = new Set<string>(profile.assumptions.map(({ code }) => code));
  return stated({
    ...kept,
    headerLine: profile.headerRow === -1 ? null : undefined,
    columns: columnsOf(seen, profile, chosen).map(({ header, position, role, order }) => ({ header, position, role, order })),
    dayOrder: open.has("DATE_ORDER_GUESSED") ? undefined : profile.dayOrder,
    decimal: open.has("DECIMAL_GUESSED") ? undefined : profile.decimal,
    inverted: profile.inverted,
  });
}

function stated(choices: Said["choices"]): TableChoices {
  return Object.fromEntries(Object.entries(choices ?? {}).filter(([, value]) => value !== undefined)) as TableChoices;
}

function columnsOf({ rows }: TableSeen, profile: TableProfile | null, chosen: Chosen): PreviewColumn[] {
  const headerRow = headerRowOf(rows, profile, chosen);
  const body = rows.slice(headerRow + 1, headerRow + 1 + shownRows);
  const header = rows[headerRow]?.cells ?? [];
  const width = Math.max(header.length, ...body.map(({ cells }) => cells.length), 0);
  const roles =
    profile === null
      ? rolesSoFar(
          chosen,
          header,
          body.map(({ cells }) => cells),
        )
      : likeliestRoles(profile.columns);
  return Array.from({ length: Math.min(width, shownColumns) }, (_, position) => ({
    position,
    header: (header[position] ?? "").slice(0, shownCharacters),
    role: roles.get(position)?.role ?? null,
    order: roles.get(position)?.order ?? 0,
    examples: [...new Set(body.map(({ cells }) => (cells[position] ?? "").slice(0, shownCharacters)).filter((cell) => cell !== ""))].slice(
      0,
      3,
    ),
  }));
}

/** Where a table cannot be read yet, the header is what was chosen as such, so that a person can go on from there. */
function headerRowOf(rows: TableSeen["rows"], profile: TableProfile | null, { headerLine, columns }: Chosen): number {
  if (profile !== null) return profile.headerRow;
  if (headerLine !== undefined && headerLine !== null) return rows.findIndex(({ line }) => line === headerLine);
  return columns === undefined || headerLine === null ? -1 : rows.findIndex(({ cells }) => isHeaderOf(cells, columns));
}

/** What was chosen, or what the headers say as far as they are known: a person goes on from there. */
function rolesSoFar({ columns }: Chosen, header: readonly string[], body: readonly (readonly string[])[]) {
  if (columns === undefined) return likeliestRoles(header.length > 0 ? columnsByHeader(header, body) : columnsByContent(body));
  return new Map(columns.flatMap(({ position, role, order = 0 }) => (role === null ? [] : [[position, { role, order }] as const])));
}

function rowsOf({ rows, body }: TableSeen, profile: TableProfile | null, chosen: Chosen): PreviewRow[] {
  const headerRow = headerRowOf(rows, profile, chosen);
  const entries = new Map(body?.entries.map((entry) => [entry.line, entry]));
  const others = new Set(body?.others.map(({ line }) => line));
  const withoutAmount = new Set(body?.withoutAmount.map(({ line }) => line));
  return rows.map(({ line, cells }, index) => {
    const entry = entries.get(line);
    const kind = (): PreviewRow["kind"] => {
      if (cells.every((cell) => cell === "")) return "blank";
      if (index < headerRow) return "preamble";
      if (index === headerRow) return "header";
      if (body === null) return "unread";
      if (entry !== undefined) return "entry";
      if (others.has(line)) return "other";
      if (withoutAmount.has(line)) return "withoutAmount";
      return body.unreadable !== null && line >= body.unreadable.line ? "unread" : "continuation";
    };
    return {
      line,
      cells: cells.slice(0, shownColumns).map((cell) => cell.slice(0, shownCharacters)),
      kind: kind(),
      entry: entry === undefined ? null : entryOf(entry),
    };
  });
}

function entryOf({
  bookingDate,
  valueDate,
  amount,
  currency,
  texts,
  name,
  balance,
  pending,
}: TableEntry): NonNullable<PreviewRow["entry"]> {
  return { bookingDate, valueDate, amount, currency, text: texts.join("\n") || null, counterparty: name, balance, pending };
}
