import { currencyExponent } from "../../../money/currencies.ts";
import type { StatementSink } from "../../reader.ts";
import type { Said } from "../../said.ts";
import { hearingSaid } from "../../said-sink.ts";
import type { EntryDetail, StatementEntry } from "../../statement.ts";
import { headerOf, noCurrency, noFacts } from "../unstated.ts";
import { Warnings } from "../warnings.ts";
import { chronological, lastDay, runningBalance } from "./balances.ts";
import type { TableRow } from "./dialect.ts";
import { fittingProfile } from "./fitting.ts";
import { labelsOf, type TableLabels } from "./labels.ts";
import { profileOf, type TableProfile, type TableRefusal } from "./profile.ts";
import { readRows, type TableBody, type TableEntry } from "./rows.ts";

/** A table as it came: its rows, and where they were found. */
export interface FoundTable {
  readonly format: "csv" | "xlsx";
  readonly rows: readonly TableRow[];
  readonly delimiter: string | null;
  readonly sheet: string | null;
  readonly sheets: readonly string[];
}

/** Tells a bank's table as statements: one for each account and currency in it. What is said of it comes before what it looks like. */
export function tellTable(sink: StatementSink, table: FoundTable, said: Said = {}): void {
  const fitting = fittingProfile(table.rows, said);
  const profile = "code" in fitting ? { ...fitting, line: null } : profileOf(table.rows, fitting.choices);
  const body = "code" in profile ? null : readRows(table.rows.slice(profile.headerRow + 1), profile);
  const savedProfile = "code" in fitting ? null : (fitting.saved?.id ?? null);
  said.onTable?.({ ...table, profile: "code" in profile ? noProfile(profile) : profile, body, savedProfile });
  const refusal = refusalOf(profile, body, said);
  if (refusal !== null) {
    if (body !== null) sink.file(table.format, table.format.toUpperCase());
    sink.problem({ severity: "refusal", ...refusal });
    return;
  }
  const hearing = "code" in fitting ? sink : hearingSaid(sink, fitting.said);
  tellBody(hearing, table, profile as TableProfile, body as TableBody);
}

type Refused = { readonly code: string; readonly message: string; readonly line: number | null };

function noProfile({ message, line }: Refused): TableRefusal {
  return { code: "PROFILE_MISMATCH", message, line };
}

function refusalOf(profile: TableProfile | Refused, body: TableBody | null, { ask }: Said): Refused | null {
  if ("code" in profile) return profile;
  const { unreadable = null } = body ?? {};
  if (unreadable !== null) return unreadable;
  if (ask !== true) return null;
  const asked = profile.assumptions.find(({ code }) => code in questions);
  return asked === undefined
    ? null
    : {
        code: questions[asked.code as keyof typeof questions],
        message: `${asked.message.split(":")[0]}: say which, nothing was guessed`,
        line: null,
      };
}

/** What a preview only warns of, an import asks: a wrong guess would post wrong days or amounts. */
const questions = { DATE_ORDER_GUESSED: "DATE_ORDER_AMBIGUOUS", DECIMAL_GUESSED: "DECIMAL_AMBIGUOUS" } as const;

function tellBody(sink: StatementSink, { format, rows }: FoundTable, profile: TableProfile, body: TableBody): void {
  const warnings = new Warnings();
  sink.file(format, format.toUpperCase());
  const headerLine = rows[profile.headerRow]?.line ?? 1;
  for (const { code, message } of profile.assumptions) warnings.note(code, message, headerLine);
  for (const { line } of body.withoutAmount) warnings.note("ROW_WITHOUT_AMOUNT", "a line with a day and no amount was passed over", line);
  for (const { line } of body.others)
    warnings.note("ROW_SKIPPED", "a line that is no entry (a total, a balance, a notice) was passed over", line);
  const labels = labelsOf([...rows.slice(0, Math.max(0, profile.headerRow)), ...body.others], profile);
  const groups = grouped(body.entries, profile, labels);
  if (groups.length === 0) warnings.note("NO_STATEMENT", "the table lists no entries", headerLine);
  for (const group of groups) tellGroup(sink, warnings, group, groups.length === 1 ? labels : null, headerLine);
  warnings.tell(sink);
}

interface Group {
  readonly account: string;
  readonly currency: string | null;
  readonly entries: TableEntry[];
}

function grouped(entries: readonly TableEntry[], profile: TableProfile, labels: TableLabels): Group[] {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const account = (entry.account ?? labels.account ?? "").replace(/\s+/g, "");
    const currency = entry.currency ?? profile.currency ?? labels.currency;
    const known = currency !== null && currencyExponent(currency) !== undefined ? currency : null;
    const key = `${account} ${known}`;
    const group = groups.get(key) ?? { account, currency: known, entries: [] };
    group.entries.push(entry);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function tellGroup(sink: StatementSink, warnings: Warnings, group: Group, labels: TableLabels | null, line: number): void {
  const entries = chronological(group.entries);
  const running = runningBalance(entries.filter((entry) => !entry.pending));
  const currency = group.currency ?? noCurrency;
  const [from, to] = [entries[0]?.bookingDate ?? null, lastDay(entries)];
  sink.openStatement(headerOf({ account: { id: group.account }, currency: group.currency, periodFrom: from, periodTo: to, line }));
  const proven = running.held > 0 && running.broken === 0;
  const opening = labels?.opening ?? (proven ? running.opening : null);
  const closing = labels?.closing ?? (running.broken === 0 ? running.closing : null);
  if (running.broken > 0)
    warnings.note(
      "RUNNING_BALANCE",
      `${running.broken} of ${running.broken + running.held} steps of the running balance do not add up`,
      line,
    );
  if (opening !== null) sink.balance({ type: "OPBD", code: "table", interim: false, amount: opening, currency, date: from, line });
  for (const entry of entries) sink.entry(statementEntry(entry, currency));
  if (closing !== null) sink.balance({ type: "CLBD", code: "table", interim: false, amount: closing, currency, date: to, line });
  sink.closeStatement({ line: entries.at(-1)?.line ?? line, lastPage: null });
}

function statementEntry(entry: TableEntry, currency: string): StatementEntry {
  const party =
    entry.name === null && entry.counterAccount === null ? null : { name: entry.name, account: entry.counterAccount, bic: entry.bic };
  return {
    ...noFacts,
    line: entry.line,
    bookingDate: entry.bookingDate,
    valueDate: entry.valueDate,
    amount: entry.amount,
    currency,
    status: entry.pending ? "pending" : "booked",
    reversal: false,
    bankReference: entry.reference,
    reference: null,
    transactionCode: entry.type,
    counterparty: party,
    text: entry.texts.join("\n") || null,
    details: entry.details.map((detail): EntryDetail => ({ ...noFacts, amount: detail.amount, currency, text: detail.text })),
    batchCount: null,
  };
}
