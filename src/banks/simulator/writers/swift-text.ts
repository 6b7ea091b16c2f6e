/** Text in the SWIFT X character set: what MT messages may carry. Umlauts are written out, all else that is foreign becomes a point. */
export function swiftText(text: string): string {
  return text
    .replace(/[äöüÄÖÜß]/g, (letter) => writtenOut[letter] ?? letter)
    .replace(/&/g, "+")
    .replace(/[^A-Za-z0-9/\-?:().,'+ ]/g, ".");
}

const writtenOut: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue", Ä: "Ae", Ö: "Oe", Ü: "Ue", ß: "ss" };

/**
 * Cuts a text into lines. A line that began with "-" or ":" would end the message or begin a field, and a blank at a cut would be
 * lost by whoever trims lines, so such a cut moves to the left.
 */
export function lines(text: string, width: number, limit: number): string[] {
  const cut: string[] = [];
  let rest = text.trim();
  while (rest !== "" && cut.length < limit) {
    let end = Math.min(width, rest.length);
    while (end > 1 && end < rest.length && (/[-: ]/.test(rest[end] ?? "") || rest[end - 1] === " ")) end -= 1;
    cut.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return cut;
}

/** An amount as MT messages have it: a comma always, no sign. */
export function swiftAmount(minor: bigint, exponent: number): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, "0");
  return `${digits.slice(0, digits.length - exponent)},${digits.slice(digits.length - exponent)}`;
}

/** YYMMDD */
export function shortDay(day: string): string {
  return day.slice(2).replaceAll("-", "");
}
