import type { Day } from "../../time/day.ts";
import type { StatementReader, StatementSink } from "../reader.ts";
import { detailOf, entryOf } from "./bai2/details.ts";
import { baiAmount, baiDay, baiMoment, balanceTypes, boundary, summaries } from "./bai2/fields.ts";
import { type Bai2Record, RecordAssembler } from "./bai2/records.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { LineReader } from "./line-reader.ts";

/**
 * Reader of BAI2 (Cash Management Balance Reporting, version 2): 01 file, 02 group, 03 account with 88 continuations,
 * 16 details, and the control totals and record counts of 49, 98 and 99. Amounts are minor units of the currency, which is
 * USD when nobody names one.
 */
export function createBai2Reader(sink: StatementSink, limits: StatementLimits = defaultLimits): StatementReader {
  return new Bai2Reader(sink, limits);
}

interface Level {
  readonly line: number;
  /** Control total so far, in minor units as they stand: 03 and 16 amounts, or the totals of the level below. */
  control: bigint;
  records: number;
  readonly fromLine: number;
  children: number;
}

interface Group extends Level {
  readonly originator: string | null;
  readonly asOf: Day | null;
  readonly currency: string | null;
  readonly interim: boolean;
}

interface Account extends Level {
  readonly currency: string;
}

class Bai2Reader extends LineReader {
  private readonly assembler = new RecordAssembler((record) => this.record(record));
  private file: (Level & { id: string | null; createdAt: string | null }) | null = null;
  private group: Group | null = null;
  private account: Account | null = null;
  /** The 03 or 16 that 88s may still continue. */
  private open: { record: Bai2Record; continuations: string[]; length: number } | null = null;
  private ended = false;

  protected finish(): void {
    this.assembler.flush();
    if (!this.refused && !this.ended)
      this.refuse("TRUNCATED", "the file ends without its 99 record: entries may be missing, expected 49, 98 and 99", this.at);
  }

  protected line(text: string, line: number): void {
    const wrong = this.assembler.write(text, line);
    if (wrong !== null) this.refuse("SYNTAX", wrong, line);
    else if (this.assembler.length > this.limits.text) this.refuse("LIMIT", `a record is longer than ${this.limits.text} characters`, line);
  }

  private record(record: Bai2Record): void {
    if (this.refused) return;
    if (record.code === "88") {
      this.continuation(record);
      return;
    }
    this.settle();
    if (this.refused) return;
    switch (record.code) {
      case "01":
        this.takeFile(record);
        return;
      case "02":
        this.takeGroup(record);
        return;
      case "03":
        this.takeAccount(record);
        return;
      case "16":
        this.takeDetail(record);
        return;
      case "49":
        this.endAccount(record);
        return;
      case "98":
        this.endGroup(record);
        return;
      case "99":
        this.endFile(record);
        return;
    }
  }

  private takeFile(record: Bai2Record): void {
    if (this.file !== null && !this.ended) {
      this.refuse("SYNTAX", "a 01 record inside a file: expected 99 first", record.line);
      return;
    }
    const fields = record.body.split(",");
    if (this.file === null) this.sink.file("bai2", "BAI2");
    const version = (fields[7] ?? "").trim();
    if (version !== "" && version !== "2")
      this.warnings.note("VERSION_UNKNOWN", `the 01 record names version ${version}: read as version 2`, record.line);
    this.file = { ...level(record), id: text(fields[4]), createdAt: baiMoment(fields[2] ?? "", fields[3] ?? "") };
    this.ended = false;
  }

  private takeGroup(record: Bai2Record): void {
    if (this.file === null || this.ended || this.group !== null) {
      this.refuse(
        "SYNTAX",
        `a 02 record ${this.group === null ? "outside of a file: expected 01" : "inside a group: expected 98"} first`,
        record.line,
      );
      return;
    }
    const fields = record.body.split(",");
    const status = (fields[2] ?? "").trim();
    if (status === "2") {
      this.refuse("GROUP_DELETED", "a group with status 2 takes back what was sent before: expected status 1, an update", record.line);
      return;
    }
    if (status === "3" || status === "4")
      this.warnings.note(
        "GROUP_STATUS",
        `a group says it is ${status === "3" ? "a correction" : "a test"} (status ${status})`,
        record.line,
      );
    const asOf = baiDay(fields[3] ?? "");
    if (asOf === null)
      this.warnings.note("DATE_UNREADABLE", `"${fields[3] ?? ""}" as the group's day is no date: expected YYMMDD`, record.line);
    const modifier = (fields[6] ?? "").trim();
    this.group = {
      ...level(record),
      originator: text(fields[1]),
      asOf,
      currency: currencyOf(fields[5]),
      interim: modifier === "1" || modifier === "3",
    };
    this.file.records += 1;
  }

  private takeAccount(record: Bai2Record): void {
    if (this.group === null) {
      this.refuse("SYNTAX", "a 03 record outside of a group: expected 02 first", record.line);
      return;
    }
    if (this.account !== null) {
      this.warnings.note("CONTROL_MISSING", "an account has no 49 record: its control total is not checked", this.account.line);
      this.closeAccount(record.line);
    }
    const fields = record.body.split(",");
    const named = currencyOf(fields[1]) ?? this.group.currency;
    if (named === null)
      this.warnings.note("CURRENCY_MISSING", "neither account nor group names a currency: read as USD, BAI2's own", record.line);
    this.account = { ...level(record), currency: named ?? "USD" };
    this.group.children += 1;
    this.sink.openStatement({
      kind: this.group.interim ? "report" : "statement",
      account: { id: (fields[0] ?? "").replace(/\s+/g, ""), scheme: "other", servicer: this.group.originator, name: null, owner: null },
      currency: this.account.currency,
      id: this.file?.id ?? null,
      sequence: null,
      page: null,
      lastPage: null,
      createdAt: this.file?.createdAt ?? null,
      periodFrom: this.group.asOf,
      periodTo: this.group.asOf,
      copy: null,
      line: record.line,
    });
    if ((fields[0] ?? "").trim() === "") this.warnings.note("ACCOUNT_MISSING", "a 03 record names no account", record.line);
    this.open = { record, continuations: [], length: 0 };
  }

  private takeDetail(record: Bai2Record): void {
    if (this.account === null) {
      this.refuse("SYNTAX", "a 16 record outside of an account: expected 03 first", record.line);
      return;
    }
    this.account.records += 1;
    this.open = { record, continuations: [], length: 0 };
  }

  private continuation(record: Bai2Record): void {
    const { open } = this;
    if (open === null) {
      // Continuations of 01, 02, 49, 98 and 99 carry nothing we need; one before everything has nothing to continue.
      const level = this.account ?? this.group ?? this.file;
      if (level === null) this.refuse("SYNTAX", "an 88 record continues nothing: expected 01 first", record.line);
      else level.records += 1;
      return;
    }
    if (this.account !== null) this.account.records += 1;
    open.continuations.push(record.body);
    open.length += record.body.length;
    if (open.length > this.limits.text)
      this.refuse("LIMIT", `a record is continued over more than ${this.limits.text} characters`, record.line);
  }

  /** What 88s could still have continued is whole now. */
  private settle(): void {
    const { open, account } = this;
    this.open = null;
    if (open === null || account === null) return;
    if (open.record.code === "03") this.tellSummaries(open.record, open.continuations, account);
    else this.tellDetail(open.record, open.continuations, account);
  }

  private tellSummaries(record: Bai2Record, continuations: readonly string[], account: Account): void {
    const fields = record.body.split(",").slice(2);
    for (const more of continuations) fields.push(boundary, ...more.split(","));
    const found = summaries(fields);
    if (found === null) {
      this.refuse(
        "SYNTAX",
        "the summaries of a 03 record cannot be told apart: expected type code, amount, count, funds type",
        record.line,
      );
      return;
    }
    let creditCount: number | null = null;
    let debitCount: number | null = null;
    let credits: string | null = null;
    let debits: string | null = null;
    for (const summary of found) {
      const amount = baiAmount(summary.amount, account.currency);
      if (amount === null) {
        this.refuse(
          "AMOUNT_UNREADABLE",
          `"${summary.amount}" of type ${summary.type} is no amount: expected digits in minor units`,
          record.line,
        );
        return;
      }
      account.control += amount.units;
      if (Number(summary.type) < 100)
        this.sink.balance({
          type: balanceTypes.get(summary.type) ?? "other",
          code: summary.type,
          interim: false,
          amount: amount.text,
          currency: account.currency,
          date: this.group?.asOf ?? null,
          line: record.line,
        });
      if (summary.type === "100") [credits, creditCount] = [amount.text, summary.count];
      if (summary.type === "400") [debits, debitCount] = [amount.text, summary.count];
    }
    if (credits !== null || debits !== null)
      this.sink.declared({ entries: null, creditCount, credits, debitCount, debits, gross: null, control: null });
  }

  private tellDetail(record: Bai2Record, continuations: readonly string[], account: Account): void {
    const asOf = this.group?.asOf ?? null;
    const detail = detailOf(record.body, continuations, asOf);
    if (!/^\d{3}$/.test(detail.type)) {
      this.refuse("SYNTAX", `"${detail.type.slice(0, 20)}" in a 16 record is no type code: expected three digits`, record.line);
      return;
    }
    const read = entryOf(detail, account.currency, asOf, record.line);
    if (read === null) {
      this.refuse(
        "AMOUNT_UNREADABLE",
        `"${detail.amount.slice(0, 30)}" in a 16 record is no amount: expected digits in minor units`,
        record.line,
      );
      return;
    }
    if (read.odd) this.warnings.note("AMOUNT_STYLE", `amount "${detail.amount}" has a decimal point: read as it stands`, record.line);
    if (read.entry.status === "information" && read.units !== 0n)
      this.warnings.note("TYPE_WITHOUT_DIRECTION", `type ${detail.type} is neither a credit nor a debit: kept as information`, record.line);
    account.control += read.units;
    this.sink.entry(read.entry);
  }

  private endAccount(record: Bai2Record): void {
    const { account } = this;
    if (account === null) {
      this.refuse("SYNTAX", "a 49 record outside of an account: expected 03 first", record.line);
      return;
    }
    account.records += 1;
    const fields = record.body.split(",");
    this.check("49", fields[0], account.control, fields[1], account, record.line);
    this.closeAccount(record.line, statedOr(fields[0], account.control));
  }

  private closeAccount(line: number, control = this.account?.control ?? 0n): void {
    const { account, group } = this;
    this.account = null;
    if (account === null || group === null) return;
    group.control += control;
    group.records += account.records;
    this.sink.closeStatement({ line, lastPage: null });
  }

  private endGroup(record: Bai2Record): void {
    if (this.account !== null) {
      this.warnings.note("CONTROL_MISSING", "an account has no 49 record: its control total is not checked", this.account.line);
      this.closeAccount(record.line);
    }
    const { group, file } = this;
    if (group === null || file === null) {
      this.refuse("SYNTAX", "a 98 record outside of a group: expected 02 first", record.line);
      return;
    }
    group.records += 1;
    const fields = record.body.split(",");
    this.check("98", fields[0], group.control, fields[2], group, record.line);
    this.checkCount("98", "accounts", fields[1], group.children, record.line);
    file.control += statedOr(fields[0], group.control);
    file.records += group.records - 1;
    file.children += 1;
    this.group = null;
  }

  private endFile(record: Bai2Record): void {
    const { file } = this;
    if (file === null || this.ended) {
      this.refuse("SYNTAX", "a 99 record outside of a file: expected 01 first", record.line);
      return;
    }
    if (this.group !== null) {
      this.refuse("SYNTAX", "a 99 record inside a group: expected 98 first", record.line);
      return;
    }
    file.records += 1;
    const fields = record.body.split(",");
    this.check("99", fields[0], file.control, fields[2], file, record.line);
    this.checkCount("99", "groups", fields[1], file.children, record.line);
    this.ended = true;
  }

  /** Banks' own totals are wrong often enough (Goldman Sachs' samples) that they warn, and the entries stand. */
  private check(code: string, stated: string | undefined, computed: bigint, records: string | undefined, level: Level, line: number): void {
    const control = (stated ?? "").trim();
    if (control !== "" && statedOr(stated, null) !== computed)
      this.sink.problem({
        severity: "warning",
        code: "CONTROL_TOTAL",
        message: `the ${code} record states the control total ${control}, its amounts make ${computed}`,
        line,
      });
    const lines = line - level.fromLine + 1;
    const count = (records ?? "").trim();
    if (/^\d+$/.test(count) && Number(count) !== level.records && Number(count) !== lines)
      this.warnings.note("RECORD_COUNT", `the ${code} record states ${count} records, there are ${level.records}`, line);
  }

  private checkCount(code: string, what: string, stated: string | undefined, counted: number, line: number): void {
    const count = (stated ?? "").trim();
    if (/^\d+$/.test(count) && Number(count) !== counted)
      this.sink.problem({
        severity: "break",
        code: "TOTALS_MISMATCH",
        message: `the ${code} record states ${count} ${what}, there are ${counted}`,
        line,
      });
  }
}

function level(record: Bai2Record): Level {
  return { line: record.line, fromLine: record.line, control: 0n, records: 1, children: 0 };
}

function statedOr<Other>(stated: string | undefined, other: Other): bigint | Other {
  const match = /^([+-]?)(\d+)$/.exec((stated ?? "").trim());
  if (match === null) return other;
  return match[1] === "-" ? -BigInt(match[2] ?? "0") : BigInt(match[2] ?? "0");
}

function text(field: string | undefined): string | null {
  const trimmed = (field ?? "").trim();
  return trimmed === "" ? null : trimmed;
}

function currencyOf(field: string | undefined): string | null {
  const code = (field ?? "").trim().toUpperCase();
  return /^[A-Z]{3}$/.test(code) ? code : null;
}
