import { type Day, parseDay } from "../../../time/day.ts";
import { addBankDays, bankDayOnOrAfter } from "../bank-days.ts";
import { simulate } from "../simulate.ts";
import { type AccountHistory, tellAccount } from "./account-history.ts";
import { Expectation } from "./becoming.ts";
import { type BaseFormat, type TellingFormat, unreliableCompany } from "./company.ts";
import type { FaultName } from "./fault-names.ts";
import { type BankFile, type DatedTelling, filesOf } from "./files.ts";
import type { Telling } from "./telling.ts";
import { type BankTruth, type TrueFile, truthOf } from "./truth.ts";

export interface UnreliableBankOptions {
  readonly seed: string;
  readonly accounts: number;
  /** Bank days. */
  readonly days: number;
  readonly formats: readonly TellingFormat[];
  readonly faults: readonly FaultName[];
  readonly from?: Day;
}

/** Banks at their worst: files that repeat, contradict and lack, and the truth that an import must find in them. */
export interface UnreliableBank {
  readonly files: readonly BankFile[];
  readonly truth: BankTruth;
}

/** The same options give the same bytes, on every machine. */
export function unreliableBank({
  seed,
  accounts,
  days,
  formats,
  faults,
  from = parseDay("2026-02-02"),
}: UnreliableBankOptions): UnreliableBank {
  const base = formats.filter((format): format is BaseFormat => format !== "csv");
  if (base.length === 0) throw new RangeError("a table alone cannot tell days without entries");
  const planted = new Set(faults);
  const company = unreliableCompany(accounts, base, planted);
  const first = bankDayOnOrAfter("DE", from);
  const { truth } = simulate({ seed, company, from: first, to: addBankDays("DE", first, days - 1) });
  const histories = truth.accounts.map(({ days: books, ...account }, index) => {
    const bank = company.banks.find(({ key }) => key === account.bank) ?? fail();
    const owner = company.entities[0] ?? fail();
    const format = base[index % base.length] as BaseFormat;
    return tellAccount({ account, bank, owner }, books, { seed, format, formats: new Set(formats), faults: planted, index });
  });
  const files = filesOf(histories.flatMap(dated), seed, (fault) => planted.has(fault));
  const expectation = new Expectation(files.flatMap(({ tellings }) => tellings));
  return {
    files,
    truth: { version: 1, seed, faults, accounts: histories.map(truthOf), files: files.map((file) => trueFile(file, expectation)) },
  };
}

/** Statements come on the bank day after their day; overlaps after their last day. */
function dated({ days, overlaps }: AccountHistory): DatedTelling[] {
  const number = new Map(days.map(({ book }, index) => [book.day, index]));
  const told = [...days.flatMap(({ base, again }) => [...base.tellings, ...again]), ...overlaps];
  return told.map((telling) => ({ telling, arrives: (number.get(telling.statement.day) ?? 0) + 1 + telling.delay }));
}

function trueFile({ name, faults, tellings, repeats }: BankFile, expectation: Expectation): TrueFile {
  return { file: name, faults, repeats, statements: tellings.map((telling) => trueStatement(telling, expectation)) };
}

function trueStatement(telling: Telling, expectation: Expectation) {
  const { account, from, day, entries } = telling.statement;
  return {
    account: account.iban ?? account.number,
    from: from ?? day,
    to: day,
    entries: entries.length,
    becomes: expectation.take(telling),
  };
}

function fail(): never {
  throw new RangeError("the simulated company is not whole");
}
