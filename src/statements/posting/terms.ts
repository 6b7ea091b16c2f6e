import { currencyExponent } from "../../money/currencies.ts";
import { addDays, type Day, isoWeekday } from "../../time/day.ts";
import type { StatementBalance } from "../statement.ts";
import { exactMinor } from "./exact-minor.ts";
import type { StatementDraft } from "./intake.ts";

/** A statement's period, balances and standing, as the import posts them. */
export interface StatementTerms {
  readonly draft: StatementDraft;
  readonly currency: string;
  readonly periodFrom: Day;
  readonly periodTo: Day;
  readonly opening: bigint | null;
  readonly closing: bigint | null;
  readonly status: "verified" | "break" | "unproven" | "provisional" | "advice";
  readonly balances: readonly { readonly balance: StatementBalance; readonly minor: bigint }[];
}

export type TermsRefusal = { readonly code: string; readonly message: string; readonly line: number | null };

/** Reads the terms of a draft, or says why it cannot be posted. */
export function termsOf(draft: StatementDraft): StatementTerms | TermsRefusal {
  const { header, currency } = draft;
  const refusal = (code: string, message: string, line: number | null = header.line) => ({ code, message, line });
  if (header.account.id === "") return refusal("ACCOUNT_MISSING", "the statement names no account");
  if (currency === null)
    return refusal("CURRENCY_MISSING", "neither the account, nor a balance, nor an entry of the statement has a currency");
  const exponent = currencyExponent(currency);
  if (exponent === undefined) return refusal("CURRENCY_UNKNOWN", `"${currency}" is not an ISO 4217 currency`);

  const balances: { balance: StatementBalance; minor: bigint }[] = [];
  for (const balance of draft.balances) {
    const minor = exactMinor(balance.amount, currencyExponent(balance.currency) ?? exponent);
    if (minor === null)
      return refusal("AMOUNT_PRECISION", `the balance ${balance.amount} ${balance.currency} is not exact in its currency`, balance.line);
    balances.push({ balance, minor });
  }
  const own = balances.filter(({ balance }) => balance.currency === currency);
  const opening = own.find(({ balance }) => balance.type === "OPBD") ?? own.find(({ balance }) => balance.type === "PRCD");
  const closing = own.findLast(({ balance }) => balance.type === "CLBD");
  const periodTo = closing?.balance.date ?? header.periodTo ?? draft.lastDay ?? opening?.balance.date ?? dayOfMoment(header.createdAt);
  if (periodTo === null) return refusal("DATE_MISSING", "the statement has no date: no closing balance, period or entry says one");
  // An entry dated before the opening balance came late: it moves this statement's balance, not that of a closed day.
  const begins = [beginOf(opening?.balance, periodTo), header.periodFrom].filter((day) => day !== null && day !== undefined);
  const periodFrom = least(begins.length > 0 && header.kind === "statement" ? begins : [...begins, draft.firstDay], periodTo);

  const stated = header.kind === "statement";
  return {
    draft,
    currency,
    periodFrom,
    periodTo,
    opening: stated ? (opening?.minor ?? null) : null,
    closing: stated ? (closing?.minor ?? null) : null,
    status: statusOf(draft, opening?.minor ?? null, closing?.minor ?? null),
    balances,
  };
}

/**
 * :60F: has the date of the closing before (SWIFT Standards MT940, field 60a). Where no working day lies between, the statement is of
 * its closing day alone, and an entry dated on the day before came late: it moves this statement's balance, not that of the closed day.
 */
function beginOf(opening: StatementBalance | undefined, periodTo: Day): Day | null {
  const date = opening?.date ?? null;
  if (opening === undefined || date === null || !opening.code.startsWith("60")) return date;
  return follows(date, periodTo) ? periodTo : date;
}

/** Whether a day is the next one, but for a weekend between. */
export function follows(day: Day, later: Day): boolean {
  let between = addDays(day, 1);
  while (between < later && isoWeekday(between) > 5) between = addDays(between, 1);
  return between === later;
}

function statusOf(draft: StatementDraft, opening: bigint | null, closing: bigint | null): StatementTerms["status"] {
  if (draft.header.kind === "notification") return "advice";
  if (draft.header.kind === "report") return "provisional";
  if (closing === null) return "unproven";
  if (opening === null) return "verified";
  return opening + draft.credits - draft.debits === closing ? "verified" : "break";
}

function least(days: readonly (Day | null | undefined)[], last: Day): Day {
  let first = last;
  for (const day of days) if (day !== null && day !== undefined && day < first) first = day;
  return first;
}

function dayOfMoment(moment: string | null): Day | null {
  return moment === null || !/^\d{4}-\d{2}-\d{2}/.test(moment) ? null : (moment.slice(0, 10) as Day);
}
