import { addDays, type Day, dayNumber } from "../../time/day.ts";
import { bankDayOnOrAfter, isBankDay } from "./bank-days.ts";
import type { AccountDay, Booking, BookingDraft } from "./booking.ts";
import type { SimulatedAccount, SimulatedBank, SimulatedCompany, SimulatedEntity } from "./company.ts";
import type { Desk } from "./desk.ts";
import { randomFrom } from "./random.ts";

export interface Ledger {
  /** Runs the programmes of one calendar day, then closes it at every bank that is open. */
  run(day: Day): void;
  days(account: string): readonly AccountDay[];
}

/** The banks' books of one company: what is due, what was booked, and each day's closing balance. */
export function openLedger(company: SimulatedCompany, seed: string): Ledger {
  const banks = new Map(company.banks.map((bank) => [bank.key, bank]));
  const entities = new Map(company.entities.map((entity) => [entity.key, entity]));
  const books = new Map(company.accounts.map((account) => [account.key, openBook(account, find(banks, account.bank))]));

  const deskOf = (day: Day): Desk => ({
    company,
    day,
    random: (stream) => randomFrom(`${seed}/${company.key}/${stream}/${day}`),
    account: (key) => find(books, key).account,
    bankOf: (key): SimulatedBank => find(books, key).bank,
    entityOf: (key): SimulatedEntity => find(entities, find(books, key).account.entity),
    isOpen: (key) => isBankDay(find(books, key).bank.country, day),
    balance: (key) => closingOf(find(books, key)),
    averageBalance: (key, days) => averageOf(find(books, key), day, days),
    book: (on, draft) => {
      const { bank, due } = find(books, draft.account);
      const bookingDay = bankDayOnOrAfter(bank.country, on < day ? day : on);
      due.set(bookingDay, [...(due.get(bookingDay) ?? []), draft]);
    },
  });

  return {
    run: (day) => {
      const desk = deskOf(day);
      for (const programme of company.programmes) programme(desk);
      for (const book of books.values()) if (isBankDay(book.bank.country, day)) closeDay(book, day);
    },
    days: (key) => find(books, key).days,
  };
}

interface Book {
  readonly account: SimulatedAccount;
  readonly bank: SimulatedBank;
  readonly due: Map<Day, BookingDraft[]>;
  readonly days: AccountDay[];
}

function openBook(account: SimulatedAccount, bank: SimulatedBank): Book {
  return { account, bank, due: new Map(), days: [] };
}

function closingOf(book: Book): bigint {
  return book.days.at(-1)?.closingMinor ?? book.account.openingMinor;
}

function closeDay(book: Book, day: Day): void {
  const previous = book.days.at(-1);
  const drafts = book.due.get(day) ?? [];
  book.due.delete(day);
  const entries = drafts.filter((draft) => draft.amountMinor !== 0n).map((draft, index) => entered(book, day, draft, index + 1));
  const openingMinor = closingOf(book);
  book.days.push({
    day,
    sequence: (previous?.sequence ?? 0) + 1,
    sequenceInYear: previous?.day.slice(0, 4) === day.slice(0, 4) ? previous.sequenceInYear + 1 : 1,
    openingMinor,
    closingMinor: entries.reduce((sum, entry) => sum + entry.amountMinor, openingMinor),
    entries,
  });
}

function entered(book: Book, day: Day, draft: BookingDraft, ordinal: number): Booking {
  const { account, kind, amountMinor, reference, payments } = draft;
  return {
    ...{
      account,
      kind,
      bookingDay: day,
      valueDay: draft.valueDay ?? day,
      amountMinor,
      reversal: draft.reversal ?? false,
      reference,
      payments,
    },
    bankReference: `${book.account.number.slice(-4)}${day.slice(2).replaceAll("-", "")}${String(ordinal).padStart(5, "0")}`,
    batchCount: draft.batchCount ?? (payments.length > 1 ? payments.length : null),
    transfer: draft.transfer ?? null,
  };
}

/** Calendar days count, as they do for interest: a Friday's balance stands for three. */
function averageOf(book: Book, today: Day, count: number): bigint {
  let sum = 0n;
  let until = today;
  const first = addDays(today, -count);
  for (let i = book.days.length - 1; i >= 0 && until > first; i -= 1) {
    const closed = book.days[i];
    if (closed === undefined) break;
    sum += closed.closingMinor * BigInt(dayNumber(until) - Math.max(dayNumber(first), dayNumber(closed.day)));
    until = closed.day;
  }
  return sum / BigInt(count);
}

function find<T>(map: ReadonlyMap<string, T>, key: string): T {
  const found = map.get(key);
  if (found === undefined) throw new RangeError(`the simulated company has no "${key}"`);
  return found;
}
