import { currencyExponent } from "../../../money/currencies.ts";
import { decimalText } from "../../../money/decimal.ts";
import type { Day } from "../../../time/day.ts";
import type { BalanceType } from "../../statement.ts";
import { longestAmount } from "../amount.ts";
import { shortDay } from "../dates.ts";

/** Marks the place where an 88 continues a record, so that a short group is not filled from the next one. */
export const boundary = "\n";

/** A status (001-099) or summary (100-…) of an account: type, amount, item count; how the funds become available is passed over. */
export interface Summary {
  readonly type: string;
  readonly amount: string;
  readonly count: number | null;
}

/** The groups of an 03 and its 88s. @returns null when a group does not begin with a type code */
export function summaries(fields: readonly string[]): Summary[] | null {
  const found: Summary[] = [];
  let at = 0;
  while (at < fields.length) {
    const type = (fields[at] ?? "").trim();
    if (type === "" || fields[at] === boundary) {
      at += 1;
      continue;
    }
    if (!/^\d{3}$/.test(type)) return null;
    const group = new Cursor(fields, at + 1);
    const amount = group.next();
    const count = group.next();
    skipFunds(group, group.next());
    at = group.at;
    if (amount !== "") found.push({ type, amount, count: /^\d+$/.test(count) ? Number(count) : null });
  }
  return found;
}

/** Type S carries three amounts, V a date and a time, D a count and so many pairs of days and amount. */
export function skipFunds(cursor: Cursor, funds: string): { valueDate: string | null } {
  const type = funds.toUpperCase();
  if (type === "S") for (let times = 0; times < 3; times += 1) cursor.next();
  if (type === "D") {
    const pairs = Number(cursor.next());
    for (let times = 0; times < pairs * 2 && times < 1000; times += 1) cursor.next();
  }
  if (type !== "V") return { valueDate: null };
  const valueDate = cursor.next();
  cursor.next();
  return { valueDate };
}

/** Fields one by one; a group that is cut short by the end of its record stays short. */
export class Cursor {
  private readonly fields: readonly string[];
  at: number;

  constructor(fields: readonly string[], at = 0) {
    this.fields = fields;
    this.at = at;
  }

  get ended(): boolean {
    return this.at >= this.fields.length;
  }

  /** "" at the end, and at a boundary behind which a new group begins. */
  next(): string {
    if (this.fields[this.at] === boundary) {
      const following = this.fields[this.at + 1] ?? "";
      if (/^\d{3}$/.test(following.trim()) || following === "") return "";
      this.at += 1;
    }
    const field = this.fields[this.at] ?? "";
    this.at += 1;
    return field.trim();
  }
}

export type BaiAmount = { readonly units: bigint; readonly text: string; readonly odd: boolean };

/** Integer minor units of the currency (two decimals when it is unknown), with an optional sign; "" is null. */
export function baiAmount(field: string, currency: string): BaiAmount | null {
  const match = field.length > longestAmount ? null : /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(field.trim());
  if (match === null) return null;
  const scale = match[3] === undefined ? (currencyExponent(currency) ?? 2) : match[3].length;
  const digits = BigInt(`${match[2]}${match[3] ?? ""}`);
  const units = match[1] === "-" ? -digits : digits;
  return { units, text: decimalText({ units, scale }), odd: match[3] !== undefined };
}

/** BAI2 balances in ISO 20022 words; every other status code keeps its number. */
export const balanceTypes: ReadonlyMap<string, BalanceType> = new Map([
  ["010", "OPBD"],
  ["015", "CLBD"],
  ["030", "ITBD"],
  ["040", "OPAV"],
  ["045", "CLAV"],
  ["060", "ITAV"],
]);

/** Which way a detail's type code moves the balance; loans (7xx) and non-monetary 890 do not say. */
export function directionOf(type: string): "credit" | "debit" | null {
  const code = Number(type);
  if ((code >= 100 && code <= 399) || (code >= 920 && code <= 959)) return "credit";
  if ((code >= 400 && code <= 699) || (code >= 960 && code <= 999)) return "debit";
  return null;
}

export function baiDay(text: string): Day | null {
  return shortDay(text.trim())?.day ?? null;
}

/** `0754`, `2400`, `14:59:35`: the time of a moment; "" is null. */
export function baiMoment(date: string, time: string): string | null {
  const day = baiDay(date);
  if (day === null) return null;
  const match = /^(\d\d):?(\d\d)(?::?(\d\d))?$/.exec(time.trim());
  if (match === null) return day;
  // 2400 and 9999 mean the end of the day.
  const end = Number(match[1]) > 23 || Number(match[2]) > 59;
  return end ? `${day}T23:59:59` : `${day}T${match[1]}:${match[2]}:${match[3] ?? "00"}`;
}
