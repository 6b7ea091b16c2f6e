import { currencyExponent } from "../../../money/currencies.ts";
import type { StatementSink } from "../../reader.ts";
import type { EntryDetail, StatementEntry, StatementFormat } from "../../statement.ts";
import { headerOf, noCurrency, noFacts } from "../unstated.ts";
import { Warnings } from "../warnings.ts";
import { chronological, lastDay, runningBalance } from "./balances.ts";
import type { TableRow } from "./dialect.ts";
import { labelsOf, type TableLabels } from "./labels.ts";
import { inferProfile, type TableProfile } from "./profile.ts";
import { readRows, type TableEntry } from "./rows.ts";

/** Tells a bank's table as statements: one for each account and currency in it. */
export function tellTable(sink: StatementSink, format: StatementFormat, variant: string, rows: readonly TableRow[]): void {
  const profile = inferProfile(rows);
  if (profile === null) {
    const message = "the table has no column of days, or none of amounts: expected a header such as Date, Text, Amount, Balance";
    sink.problem({ severity: "refusal", code: "FORMAT_UNKNOWN", message, line: 1 });
    return;
  }
  tellProfiled(sink, format, variant, rows, profile);
}

/** The same with a profile that a person has corrected. */
export function tellProfiled(
  sink: StatementSink,
  format: StatementFormat,
  variant: string,
  rows: readonly TableRow[],
  profile: TableProfile,
): void {
  const warnings = new Warnings();
  const body = readRows(rows.slice(profile.headerRow + 1), profile);
  if (body.unreadable !== null) {
    const message = `"${body.unreadable.cell.slice(0, 30)}" is no amount: expected digits with the decimal sign "${profile.decimal}"`;
    sink.problem({ severity: "refusal", code: "AMOUNT_UNREADABLE", message, line: body.unreadable.line });
    return;
  }
  sink.file(format, variant);
  const headerLine = rows[profile.headerRow]?.line ?? 1;
  for (const { code, message } of profile.assumptions) warnings.note(code, message, headerLine);
  for (const { line } of body.withoutAmount) warnings.note("ROW_WITHOUT_AMOUNT", "a line with a day and no amount was passed over", line);
  for (const { line } of body.others)
    warnings.note("ROW_SKIPPED", "a line that is no entry (a total, a balance, a notice) was passed over", line);
  const labels = labelsOf([...rows.slice(0, Math.max(0, profile.headerRow)), ...body.others], { decimal: profile.decimal, certain: true });
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
