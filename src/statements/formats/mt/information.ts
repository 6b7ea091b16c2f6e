import type { EntryParty } from "../../statement.ts";

/** What :86: (and the second line of :61:, and :NS:) say to people and machines. Dialects are told by shape, not by bank. */
export interface Information {
  readonly text: string | null;
  readonly counterparty: EntryParty | null;
  readonly endToEndId: string | null;
  readonly mandateId: string | null;
  readonly structuredReference: string | null;
  readonly purpose: string | null;
}

const none: Information = { text: null, counterparty: null, endToEndId: null, mandateId: null, structuredReference: null, purpose: null };

export function informationOf(lines: readonly string[], supplement: readonly string[], notices: readonly string[]): Information {
  const joined = lines.length === 1 ? (lines[0] ?? "") : lines.join("");
  const separator = germanSeparator(joined);
  let found: Information;
  if (separator !== null) found = german(joined, separator);
  else if (joined.includes("/") && slashKey.test(joined)) found = slashed(joined);
  else found = free(lines);
  if (notices.length > 0) found = merge(found, noticed(notices));
  return supplement.length === 0 ? found : withSupplement(found, supplement);
}

const germanShape = /^\s*\d{3}([?>^~@|+*#%&$!;])\d\d/;

function germanSeparator(joined: string): string | null {
  const first = joined.charCodeAt(0);
  if ((first < 48 || first > 57) && first > 32) return null;
  return germanShape.exec(joined)?.[1] ?? null;
}

/** German banks: `GVC?00…?20-?29 ?60-?63 purpose ?30 BIC ?31 account ?32 ?33 name`, wrapped anywhere at 65 characters. */
function german(joined: string, separator: string): Information {
  let booking = "";
  let purpose = "";
  let bic = "";
  let account = "";
  let name = "";
  let at = joined.indexOf(separator);
  while (at !== -1) {
    const next = nextField(joined, separator, at + 3);
    const value = joined.slice(at + 3, next === -1 ? undefined : next);
    const key = (joined.charCodeAt(at + 1) - 48) * 10 + joined.charCodeAt(at + 2) - 48;
    if ((key >= 20 && key <= 29) || (key >= 60 && key <= 63)) purpose += value;
    else if (key === 0) booking += value;
    else if (key === 30) bic += value;
    else if (key === 31) account += value;
    else if (key === 32 || key === 33) name += value;
    at = next;
  }
  const fields = sepaFields(purpose);
  return {
    text: together(blankless(booking), fields.text),
    counterparty: party(blankless(name), blankless(account) ?? fields.account, blankless(bic) ?? fields.bic),
    endToEndId: fields.endToEndId,
    mandateId: fields.mandateId,
    structuredReference: null,
    purpose: fields.purpose,
  };
}

/** The next separator with two digits behind it; a purpose may hold the separator too. */
function nextField(text: string, separator: string, from: number): number {
  for (let at = text.indexOf(separator, from); at !== -1; at = text.indexOf(separator, at + 1))
    if (isDigit(text.charCodeAt(at + 1)) && isDigit(text.charCodeAt(at + 2))) return at;
  return -1;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

const sepaKeys = new Set("EREF KREF MREF CRED DEBT COAM OAMT SVWZ ABWA ABWE PURP BREF RREF IBAN".split(" "));

/** `EREF+…MREF+…SVWZ+…`: the keys stand in the purpose and may be broken across its lines. */
function sepaFields(joined: string) {
  const found = {
    text: null as string | null,
    endToEndId: null as string | null,
    mandateId: null as string | null,
    purpose: null as string | null,
    account: null as string | null,
    bic: null as string | null,
  };
  let key = "";
  let from = 0;
  let before: string | null = null;
  let purpose: string | null = null;
  for (let plus = joined.indexOf("+"); ; plus = joined.indexOf("+", plus + 1)) {
    const next = plus === -1 ? "" : sepaKeyBefore(joined, plus, from);
    if (plus !== -1 && next === "") continue;
    const value = joined.slice(from, plus === -1 ? undefined : plus - next.length);
    if (key === "") before = blankless(value);
    else if (key === "SVWZ") purpose = blankless(value);
    else if (key === "EREF") found.endToEndId = provided(value);
    else if (key === "MREF") found.mandateId = provided(value);
    else if (key === "PURP") found.purpose = provided(value);
    else if (key === "IBAN") found.account = provided(value);
    else if (key === "BIC") found.bic = provided(value);
    if (plus === -1) break;
    key = next;
    from = plus + 1;
  }
  found.text = together(before, purpose);
  return found;
}

function sepaKeyBefore(text: string, plus: number, from: number): string {
  if (plus - from >= 4 && sepaKeys.has(text.slice(plus - 4, plus))) return text.slice(plus - 4, plus);
  return plus - from >= 3 && text.startsWith("BIC", plus - 3) ? "BIC" : "";
}

function together(first: string | null, second: string | null): string | null {
  if (first === null) return second;
  return second === null ? first : `${first}\n${second}`;
}

const slashKey =
  /\/(TRTP|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|CNTP|TRCD|ORDP|BENM|ISDT|PREF|PURP|ULTD|ULTC|ULTB|RTRN|RREF|CRNM|CACT|CBIC|DBNM|DACT|DBIC|DCID|OAMT|OPRP|OCMT|CHGS|EXCH|ADDR|ID|SVCL|ACCW|IREF|SUBJ)\//;
const slashKeys = new RegExp(slashKey.source, "g");

/** Dutch and SWIFT key words: `/EREF/…/IBAN/…/NAME/…/REMI/USTD//…`, wrapped at 65 characters without a blank. */
function slashed(joined: string): Information {
  const fields = new Map<string, string>();
  const marks = [...joined.matchAll(slashKeys)];
  const before = blankless(joined.slice(0, marks[0]?.index ?? 0));
  marks.forEach((mark, index) => {
    const from = (mark.index ?? 0) + mark[0].length;
    // The slash that ends a value begins the next key, so the value runs up to it.
    const value = joined.slice(from, marks[index + 1]?.index ?? joined.length);
    const key = mark[1] ?? "";
    if (!fields.has(key)) fields.set(key, value);
  });
  const counterpart = (fields.get("CNTP") ?? "").split("/");
  const remittance = (fields.get("REMI") ?? "").replace(/^(?:USTD\/\/|STRD\/(?:CUR\/)?)/, "");
  const structured = (fields.get("REMI") ?? "").startsWith("STRD/");
  const text = [
    before,
    blankless(fields.get("TRTP") ?? ""),
    structured ? null : blankless(withoutSlashes(remittance)),
    blankless(fields.get("OPRP") ?? ""),
  ]
    .filter((part) => part !== null)
    .join("\n");
  const name = fields.get("NAME") ?? fields.get("CRNM") ?? fields.get("DBNM") ?? counterpart[2];
  return {
    text: text === "" ? null : text,
    counterparty: party(
      plain(name),
      plain(fields.get("IBAN") ?? fields.get("CACT") ?? fields.get("DACT") ?? counterpart[0]),
      plain(fields.get("BIC") ?? fields.get("CBIC") ?? fields.get("DBIC") ?? counterpart[1]),
    ),
    endToEndId: provided(plain(fields.get("EREF")) ?? undefined),
    mandateId: provided(plain(fields.get("MARF")) ?? undefined),
    structuredReference: structured ? plain(remittance) : null,
    purpose: plain(fields.get("PURP"))?.replace(/^CD\//, "") ?? null,
  };
}

/** Words on lines; where a line names IBAN, BIC or NAAM (ABN AMRO's columns) the party is taken from it. */
function free(lines: readonly string[]): Information {
  const text = lines
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
  if (text === "") return none;
  if (!text.includes("IBAN:")) return { ...none, text };
  const flat = lines.map((line) => line.padEnd(65).slice(0, Math.max(65, line.length))).join("");
  const after = (key: RegExp) => blankless(key.exec(flat)?.[1] ?? "");
  return {
    ...none,
    text,
    counterparty: party(after(/NAAM:\s*(.*?)(?:\s{2,}|$)/), after(/IBAN:\s*([A-Z0-9]+)/), after(/BIC:\s*([A-Z0-9]+)/)),
    endToEndId: provided(after(/KENMERK:\s*(.*?)(?:\s{2,}|$)/) ?? undefined),
    mandateId: provided(after(/MACHTIGING:\s*(\S+)/) ?? undefined),
  };
}

/** :NS: — numbered lines of Hungarian and older German files: 01-14 purpose, 15-16 name, 17 booking text, 33 bank, 34 account. */
function noticed(notices: readonly string[]): Information {
  const at = (test: RegExp) =>
    blankless(
      notices
        .filter((line) => test.test(line))
        .map((line) => line.slice(2).trim())
        .join("\n"),
    );
  return { ...none, text: at(/^(?:0\d|1[0-47])/), counterparty: party(at(/^1[56]/)?.replaceAll("\n", "") ?? null, at(/^34/), null) };
}

function merge(first: Information, second: Information): Information {
  return {
    text: [first.text, second.text].filter((text) => text !== null).join("\n") || null,
    counterparty: first.counterparty ?? second.counterparty,
    endToEndId: first.endToEndId ?? second.endToEndId,
    mandateId: first.mandateId ?? second.mandateId,
    structuredReference: first.structuredReference ?? second.structuredReference,
    purpose: first.purpose ?? second.purpose,
  };
}

/** The line after :61: is the other side's account at Rabobank, its name at SNS, a booking text elsewhere. */
function withSupplement(found: Information, supplement: readonly string[]): Information {
  const text = supplement
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
  if (text === "" || text.startsWith("<!--")) return found;
  const { counterparty } = found;
  if (/^(?:[A-Z]{2}\d\d[A-Z0-9]{8,30}|P?\d[\d.]{4,20})$/.test(text) && counterparty?.account == null)
    return { ...found, counterparty: { name: counterparty?.name ?? null, account: text, bic: counterparty?.bic ?? null } };
  if (/^\/[A-Z]{4}\//.test(text)) return found;
  return { ...found, text: found.text === null ? text : `${text}\n${found.text}` };
}

function party(name: string | null, account: string | null, bic: string | null): EntryParty | null {
  return name === null && account === null && bic === null ? null : { name, account, bic };
}

function plain(value: string | undefined): string | null {
  return value === undefined ? null : blankless(withoutSlashes(value));
}

function provided(value: string | undefined): string | null {
  const text = value?.trim() ?? "";
  return text === "" || /^NOT ?PROVIDED$/i.test(text) ? null : text;
}

function blankless(value: string): string | null {
  const text = value.trim();
  return text === "" ? null : text;
}

/** At both ends. By hand: a regular expression takes the square of the time on a purpose of a million slashes. */
function withoutSlashes(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) === 47) from += 1;
  while (to > from && text.charCodeAt(to - 1) === 47) to -= 1;
  return text.slice(from, to);
}
