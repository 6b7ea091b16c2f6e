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
  const joined = lines.join("");
  const separator = /^\s*\d{3}([?>^~@|+*#%&$!;])\d\d/.exec(joined)?.[1];
  let found: Information;
  if (separator !== undefined) found = german(joined, separator);
  else if (slashKey.test(joined)) found = slashed(joined);
  else found = free(lines);
  if (notices.length > 0) found = merge(found, noticed(notices));
  return supplement.length === 0 ? found : withSupplement(found, supplement);
}

/** German banks: `GVC?00…?20-?29 ?60-?63 purpose ?30 BIC ?31 account ?32 ?33 name`, wrapped anywhere at 65 characters. */
function german(joined: string, separator: string): Information {
  const fields = new Map<string, string>();
  const cut = new RegExp(`\\${separator}(?=\\d\\d)`);
  const parts = joined.split(cut).slice(1);
  for (const part of parts) fields.set(part.slice(0, 2), (fields.get(part.slice(0, 2)) ?? "") + part.slice(2));
  const purposeParts = [...fields].filter(([key]) => /^2\d$|^6[0-3]$/.test(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  const purpose = sepaFields(purposeParts.map(([, value]) => value).join(""));
  const name = blankless(`${fields.get("32") ?? ""}${fields.get("33") ?? ""}`);
  const text = [blankless(fields.get("00") ?? ""), purpose.text].filter((part) => part !== null).join("\n");
  return {
    text: text === "" ? null : text,
    counterparty: party(name, blankless(fields.get("31") ?? "") ?? purpose.account, blankless(fields.get("30") ?? "") ?? purpose.bic),
    endToEndId: purpose.endToEndId,
    mandateId: purpose.mandateId,
    structuredReference: null,
    purpose: purpose.purpose,
  };
}

const sepaKey = /(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|PURP|BREF|RREF|IBAN|BIC)\+/;

/** `EREF+…MREF+…SVWZ+…`: the keys stand in the purpose and may be broken across its lines. */
function sepaFields(joined: string) {
  const parts = joined.split(sepaKey);
  const fields = new Map<string, string>();
  for (let at = 1; at + 1 < parts.length; at += 2) fields.set(parts[at] ?? "", (parts[at + 1] ?? "").trim());
  const before = blankless(parts[0] ?? "");
  const purpose = blankless(fields.get("SVWZ") ?? "");
  const text = [before, purpose].filter((part) => part !== null).join("\n");
  return {
    text: text === "" ? null : text,
    endToEndId: provided(fields.get("EREF")),
    mandateId: provided(fields.get("MREF")),
    purpose: provided(fields.get("PURP")),
    account: provided(fields.get("IBAN")),
    bic: provided(fields.get("BIC")),
  };
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
    structured ? null : blankless(remittance.replace(/\/+$/, "")),
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
  return value === undefined ? null : blankless(value.replace(/^\/+|\/+$/g, ""));
}

function provided(value: string | undefined): string | null {
  const text = value?.trim() ?? "";
  return text === "" || /^NOT ?PROVIDED$/i.test(text) ? null : text;
}

function blankless(value: string): string | null {
  const text = value.trim();
  return text === "" ? null : text;
}
