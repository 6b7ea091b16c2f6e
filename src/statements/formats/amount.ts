/**
 * Amounts as banks write them, made plain: digits, at most one point, no leading zeros, "-" for a debit, and no minus before
 * a zero. Digits behind the point stay as they are; nothing is ever rounded.
 */
/** Longer than any amount: the largest of ISO 20022 has 18 digits, and big numbers take time to add. */
export const longestAmount = 40;

const plain = /^\d+(?:\.\d+)?$/;

/** The unsigned decimal behind ISO 20022's `Amt`; `null` when it is no number. `odd` says that it breaks the schema, which allows ".8" and "+1". */
export function xmlAmount(text: string): { readonly digits: string; readonly negative: boolean; readonly odd: boolean } | null {
  if (text.length > longestAmount) return null;
  if (plain.test(text)) return { digits: withoutLeadingZeros(text), negative: false, odd: false };
  const match = /^([+-]?)(\d*)(?:[.,](\d*))?$/.exec(text.trim());
  if (match === null || (match[2] === "" && (match[3] ?? "") === "")) return null;
  const fraction = match[3] ?? "";
  const digits = withoutLeadingZeros(fraction === "" ? (match[2] ?? "") : `${match[2]}.${fraction}`);
  return { digits, negative: match[1] === "-", odd: match[1] === "-" || text.includes(",") };
}

/** SWIFT's 15d: a comma is the decimal sign and always there; banks also write a point, or none at all. */
export function mtAmount(text: string): { readonly digits: string; readonly odd: boolean } | null {
  let sign = -1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) continue;
    if ((code !== 44 && code !== 46) || sign !== -1 || at === 0) return null;
    sign = at;
  }
  if (text === "" || text.length > longestAmount) return null;
  if (sign === -1) return { digits: withoutLeadingZeros(text), odd: true };
  const whole = withoutLeadingZeros(text.slice(0, sign));
  return { digits: sign === text.length - 1 ? whole : `${whole}.${text.slice(sign + 1)}`, odd: text.charCodeAt(sign) !== 44 };
}

export function signed(digits: string, negative: boolean): string {
  return negative && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

/** The other sign, every digit kept; nothing has none. */
export function negated(amount: string): string {
  if (amount.startsWith("-")) return amount.slice(1);
  return /[1-9]/.test(amount) ? `-${amount}` : amount;
}

export function withoutLeadingZeros(digits: string): string {
  if (digits.charCodeAt(0) !== 48 && digits.charCodeAt(0) !== 46) return digits;
  const cut = digits.replace(/^0+(?=\d)/, "");
  return cut.startsWith(".") ? `0${cut}` : cut;
}
