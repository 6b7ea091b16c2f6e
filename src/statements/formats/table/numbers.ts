import { longestAmount, signed, withoutLeadingZeros } from "../amount.ts";

/** How a column of a table writes its numbers: the decimal sign, and whether the column proves it or we had to assume it. */
export interface NumberStyle {
  readonly decimal: "." | ",";
  readonly certain: boolean;
  /** Some number of the column would be another one with the other sign, and no other number tells. */
  readonly ambiguous: boolean;
}

export type DecimalSign = Pick<NumberStyle, "decimal">;

/** An apostrophe that lost its code page groups, too. */
const groupings = /[\s'’\u00a0\u202f\ufffd]/g;

/**
 * The decimal sign of a whole column: one number rarely tells ("1,234"), a hundred nearly always do. A sign is decimal when
 * it stands last behind the other, with other than three digits behind it, or with more than three before; it groups when it repeats.
 */
export function numberStyle(column: Iterable<string>): NumberStyle {
  const votes = { ".": 0, ",": 0 };
  let silent = 0;
  for (const cell of column) {
    const text = bare(cell);
    const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
    if (last === -1) continue;
    silent += 1;
    const sign = text.charAt(last) as "." | ",";
    const other = sign === "." ? "," : ".";
    if (text.indexOf(sign) !== last) votes[other] += 1;
    else if (text.includes(other) || text.length - last - 1 !== 3 || last > 3 || /^0?[.,]/.test(text)) votes[sign] += 1;
  }
  const certain = votes["."] > 0 !== votes[","] > 0;
  return { decimal: votes[","] > votes["."] ? "," : ".", certain, ambiguous: silent > 0 && votes["."] + votes[","] === 0 };
}

/**
 * A number in a column's style as a plain signed decimal: "(1'234.50)", "1.234,50-", "+ 12,3 EUR" and "−5" are read.
 * @returns null when it is none, or when a grouping is not of three digits: then the style is wrong or the cell is
 */
export function numberOf(cell: string, style: DecimalSign): string | null {
  const text = cell.trim();
  const negative =
    /^\(.*\)$/.test(text) || /^[A-Z]{0,3}\s*[-−–]/.test(text) || /[-−–]\s*(?:[A-Z]{3})?$/.test(text) || /\bD(?:R|B)?$/i.test(text);
  const digits = bare(text);
  if (digits === "" || digits.length > longestAmount) return null;
  const [whole = "", fraction = "", more] = digits.split(style.decimal);
  if (more !== undefined) return null;
  const grouping = style.decimal === "." ? "," : ".";
  if (fraction.includes(grouping)) return null;
  if (whole.includes(grouping) && !new RegExp(`^\\d{1,3}(?:\\${grouping}\\d{2,3})*\\${grouping}\\d{3}$`).test(whole)) return null;
  const plain = whole.replaceAll(grouping, "");
  if (!/^\d*$/.test(plain) || !/^\d*$/.test(fraction) || plain + fraction === "") return null;
  return signed(withoutLeadingZeros(fraction === "" ? plain : `${plain || "0"}.${fraction}`), negative);
}

/** Digits and signs alone: without sign of direction, currency, blanks and apostrophes. */
function bare(cell: string): string {
  const text = cell.trim().replace(groupings, "");
  const match = /^\(?(?:[A-Z]{3}|[€$£¥])?[+−–-]?(?:[A-Z]{3}|[€$£¥])?([\d.,]+)[+−–-]?(?:[A-Z]{3}|[€$£¥]|CR|DR|C|D)?[+−–-]?\)?$/i.exec(text);
  return match?.[1] ?? "";
}
