import { signed, withoutLeadingZeros } from "./amount.ts";
import { type FileDay, shortDay } from "./dates.ts";

/** Columns `from` to `to` of a fixed-width record, counted from 1 as the standards do, without the blanks around. */
export function columns(record: string, from: number, to: number): string {
  return record.slice(from - 1, to).trim();
}

/** The same, `null` when blank. */
export function columnsOrNull(record: string, from: number, to: number): string | null {
  const text = columns(record, from, to);
  return text === "" ? null : text;
}

/** `DDMMYY`; zeros and blanks are no date. */
export function dayMonthYear(text: string): FileDay | null {
  return /^\d{6}$/.test(text) ? shortDay(text.slice(4, 6) + text.slice(2, 4) + text.slice(0, 2)) : null;
}

/**
 * Digits whose last `decimals` stand behind the point. Zeros beyond `kept` decimals say nothing and are dropped (CODA writes
 * three for euro); other digits stay, for nothing is rounded.
 */
export function implied(digits: string, decimals: number, kept = decimals): string {
  const padded = digits.padStart(decimals + 1, "0");
  const whole = withoutLeadingZeros(padded.slice(0, padded.length - decimals));
  let fraction = padded.slice(padded.length - decimals);
  while (fraction.length > kept && fraction.endsWith("0")) fraction = fraction.slice(0, -1);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/**
 * An amount whose last digit carries the sign as an overpunch: "{" and A-I are 0-9 of a positive amount, "}" and J-R of a
 * negative one (CFONB, from punched cards). A plain digit is positive.
 * @returns null when it is none
 */
export function overpunched(text: string, decimals: number): string | null {
  const match = /^(\d*)([0-9{}A-R])$/.exec(text.replaceAll(" ", "0"));
  if (match === null) return null;
  const last = match[2] as string;
  const positive = "{ABCDEFGHI".indexOf(last);
  const negative = "}JKLMNOPQR".indexOf(last);
  const digit = positive >= 0 ? positive : negative >= 0 ? negative : Number(last);
  return signed(implied(`${match[1]}${digit}`, decimals), negative >= 0);
}
