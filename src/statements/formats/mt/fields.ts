import type { Day } from "../../../time/day.ts";
import { longestAmount, mtAmount } from "../amount.ts";
import { fileDay, shortDay } from "../dates.ts";

/** :60a:, :62a:, :64:, :65: — `1!a6!n3!a15d`, with the liberties banks take. */
export interface BalanceField {
  readonly negative: boolean;
  readonly date: Day | null;
  readonly dateText: string;
  readonly clamped: boolean;
  readonly currency: string | null;
  readonly digits: string;
  readonly odd: boolean;
}

const balanceShape = /^\s*R?([CD])([0-9 ]{6})([A-Z]{3})?\s*([0-9][0-9., ]*)$/;

export function balanceField(text: string): BalanceField | null {
  const match = balanceShape.exec(text.trimEnd());
  const amount = match === null ? null : looseAmount(match[4] ?? "");
  if (match === null || amount === null) return null;
  const dateText = match[2] ?? "";
  const day = shortDay(dateText);
  return {
    negative: match[1] === "D",
    date: day?.day ?? null,
    dateText,
    clamped: day?.clamped ?? false,
    currency: match[3] ?? null,
    ...amount,
  };
}

/** :61: — `6!n[4!n]2a[1!a]15d1!a3!c16x[//16x][34x]`. */
export interface LineField {
  readonly valueDate: Day | null;
  readonly entryDate: Day | null;
  readonly dateText: string;
  readonly clamped: boolean;
  /** RC lowers the balance and RD raises it: a reversed credit, a reversed debit. */
  readonly negative: boolean;
  readonly reversal: boolean;
  readonly digits: string;
  readonly odd: boolean;
  readonly type: string | null;
  readonly reference: string | null;
  readonly bankReference: string | null;
  readonly supplement: readonly string[];
}

// The letter behind the mark is the third of the currency (EUR: CR, DR; HKD: DD; NGN: CN), so CR is a credit and RCR a reversed one.
const lineShape = /^\s*(\d{6})(\d{4}|[ ]{4})?\s*(R|E)?([CD])([A-Z])?\s*(\d+[.,]?\d*)\s*([NFS][A-Za-z0-9 ]{3})?([\s\S]*)$/;

export function lineField(lines: readonly string[]): LineField | null {
  const { match, used } = matchLine(lines);
  const amount = match === null ? null : mtAmount(match[6] ?? "");
  if (match === null || amount === null) return null;
  const valueText = match[1] ?? "";
  const value = shortDay(valueText);
  const entryText = match[2]?.trim() ?? "";
  const entry = entryText === "" ? null : entryDay(entryText, value?.day ?? null, valueText);
  const reversal = match[3] === "R";
  const [reference, bankReference] = references(match[8] ?? "");
  return {
    valueDate: value?.day ?? null,
    // SWIFT: the entry date is stated when it differs from the value date.
    entryDate: entryText === "" ? (value?.day ?? null) : (entry?.day ?? null),
    dateText: valueText + entryText,
    clamped: (value?.clamped ?? false) || (entry?.clamped ?? false),
    negative: (match[4] === "D") !== reversal,
    reversal,
    ...amount,
    type: match[7]?.trim() ?? null,
    reference,
    bankReference,
    supplement: lines.slice(used),
  };
}

/** Some German banks break the line inside :61:, before or within the amount; then the lines are one. */
function matchLine(lines: readonly string[]): { match: RegExpExecArray | null; used: number } {
  const first = lineShape.exec(lines[0] ?? "");
  if (first !== null && (first[7] !== undefined || (first[8] ?? "").trim() !== "" || lines.length === 1)) return { match: first, used: 1 };
  let joined = lines[0] ?? "";
  for (let used = 1; used < lines.length && used < 3; used += 1) {
    joined += lines[used];
    const match = lineShape.exec(joined);
    if (match !== null && (first === null || match[7] !== undefined)) return { match, used: used + 1 };
  }
  return { match: first, used: 1 };
}

function references(text: string): readonly [string | null, string | null] {
  const cut = text.indexOf("//");
  return cut === -1 ? [meaning(text), null] : [meaning(text.slice(0, cut)), meaning(text.slice(cut + 2))];
}

function meaning(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === "" || trimmed === "NONREF" ? null : trimmed;
}

/** `MMDD` without a year: the year that puts it nearest to the value date (31-12 and 01-01 are a day apart). */
function entryDay(text: string, value: Day | null, valueText: string): { day: Day; clamped: boolean } | null {
  if (value !== null && valueText.endsWith(text)) return { day: value, clamped: false };
  const month = Number(text.slice(0, 2));
  const day = Number(text.slice(2, 4));
  if (value === null) return null;
  const year = Number(value.slice(0, 4));
  const away = month - Number(value.slice(5, 7));
  return fileDay(away > 6 ? year - 1 : away < -6 ? year + 1 : year, month, day);
}

/** An amount with blanks or thousands separators inside; the last sign is the decimal one. */
export function looseAmount(text: string): { digits: string; odd: boolean } | null {
  if (text.length > longestAmount) return null;
  const exact = mtAmount(text.trim());
  if (exact !== null) return exact;
  const bare = text.replace(/ /g, "");
  const match = /^(\d{1,3}(?:[.,]\d{3})*|\d+)([.,])(\d*)$/.exec(bare) ?? /^(\d+)$/.exec(bare);
  if (match === null) return null;
  const whole = (match[1] ?? "").replace(/[.,]/g, "");
  const used = new Set((match[1] ?? "").match(/[.,]/g) ?? []);
  if (match[2] !== undefined && used.has(match[2])) return null;
  return (
    mtAmount(match[3] === undefined ? whole : `${whole},${match[3]}`) && {
      digits: mtAmount(`${whole},${match[3] ?? ""}`)?.digits ?? whole,
      odd: true,
    }
  );
}

/** :34F: — currency, optional mark, amount; only its currency matters, the floor is the bank's own. */
export function floorCurrency(text: string): string | null {
  return /^([A-Z]{3})[CD]?\d/.exec(text.trim())?.[1] ?? null;
}

/** :90C:, :90D: — `5n3!a15d`. */
export function totalField(text: string): { count: number; currency: string; digits: string } | null {
  const match = /^\s*(\d{1,6})([A-Z]{3})([\d., ]+)$/.exec(text.trimEnd());
  const amount = match === null ? null : looseAmount(match[3] ?? "");
  return match === null || amount === null ? null : { count: Number(match[1]), currency: match[2] ?? "", digits: amount.digits };
}

/** :28C: or :28: — statement number and, behind the slash, the page. Zero means that the bank does not count. */
export function sequenceField(text: string): { sequence: number | null; page: number | null } {
  const match = /^\s*(\d{1,15})?\s*(?:\/\s*(\d{1,10}))?/.exec(text);
  const number = (digits: string | undefined) => (digits === undefined || Number(digits) === 0 ? null : Number(digits));
  return { sequence: number(match?.[1]), page: number(match?.[2]) };
}

/** :13D: `YYMMDDhhmm±hhmm` or :13: `YYMMDDhhmm` as an ISO 8601 moment. */
export function momentField(text: string): string | null {
  const match = /^(\d{6})(\d{2})(\d{2})(?:([+-])(\d{2})(\d{2}))?/.exec(text.trim());
  const day = match === null ? null : shortDay(match[1] ?? "");
  if (match === null || day === null) return null;
  return `${day.day}T${match[2]}:${match[3]}:00${match[4] === undefined ? "" : `${match[4]}${match[5]}:${match[6]}`}`;
}

/** Lengths of IBANs by country (ISO 13616 registry); tells an IBAN with a currency glued to it from one without. */
const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 " +
    "GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 " +
    "PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
  )
    .split(" ")
    .map((item) => [item.slice(0, 2), Number(item.slice(2))]),
);

/** :25: without blanks; a currency glued to the number (ING, Rabobank) is taken off. */
export function accountField(text: string, currency: string | null): { id: string; scheme: "iban" | "other" } {
  const whole = text.replace(/\s+/g, "");
  const bare = /^(.*[0-9])([A-Z]{3})$/.exec(whole);
  const length = ibanLengths[whole.slice(0, 2)];
  if (/^[A-Z]{2}\d\d[A-Z0-9]+$/.test(whole) && length !== undefined) {
    if (whole.length === length) return { id: whole, scheme: "iban" };
    if (bare !== null && whole.length === length + 3) return { id: bare[1] ?? whole, scheme: "iban" };
  }
  return { id: bare !== null && bare[2] === currency ? (bare[1] ?? whole) : whole, scheme: "other" };
}
