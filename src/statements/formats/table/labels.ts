import { currencyExponent } from "../../../money/currencies.ts";
import type { TableRow } from "./dialect.ts";
import { type DecimalSign, numberOf } from "./numbers.ts";
import { plainHeader } from "./plain-header.ts";

/** What stands in labelled lines above, below and between the entries of a table. */
export interface TableLabels {
  readonly account: string | null;
  readonly currency: string | null;
  readonly opening: string | null;
  readonly closing: string | null;
}

const openingWords =
  /^(?:anfangssaldo|eroffnungssaldo|saldovortrag|saldo vortrag|opening balance|starting balance|solde initial|solde d ouverture|saldo iniziale|saldo inicial|beginsaldo|oppningsbalans)\b/;
const closingWords =
  /^(?:schlusssaldo|schlussaldo|endsaldo|closing balance|ending balance|solde final|solde de cloture|saldo finale|saldo final|eindsaldo|utgaende saldo)\b/;
const accountWords =
  /^(?:iban|konto|kontonummer|konto nr|account|account number|compte|numero de compte|conto|numero di conto|cuenta|rekening|rekeningnummer)\b/;
const currencyWords =
  /^(?:bewertet in|wahrung|waehrung|currency|valued in|monnaie|devise|evaluation en|moneta|valutazione in|divisa|munt)\b/;
const iban = /\b([A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)\b/;

export function labelsOf(rows: readonly TableRow[], numbers: DecimalSign): TableLabels {
  let account: string | null = null;
  let currency: string | null = null;
  let opening: string | null = null;
  let closing: string | null = null;
  for (const { cells } of rows) {
    const filled = cells.filter((cell) => cell !== "");
    const [first = ""] = filled;
    // "Saldo: CHF 12.50" may be one cell or two.
    const [label = "", inside] =
      filled.length === 1 && first.includes(":") ? [first.slice(0, first.indexOf(":")), first.slice(first.indexOf(":") + 1)] : [first];
    const values = inside === undefined ? filled.slice(1) : [inside.trim()];
    const name = plainHeader(label);
    const amount = () => values.map((value) => numberOf(value, numbers)).find((value) => value !== null) ?? null;
    if (openingWords.test(name)) opening ??= amount();
    if (closingWords.test(name)) closing ??= amount();
    if (accountWords.test(name)) account = preferred(account, values[0]);
    if (currencyWords.test(name)) currency ??= currencyIn(values[0] ?? "");
    const named = iban.exec(filled.slice(0, 3).join(" | "))?.[1];
    if (named !== undefined && filled.length <= 4) account = preferred(account, named);
    if (filled.length <= 3) currency ??= filled.map(currencyBesideAmount).find((one) => one !== null) ?? null;
  }
  return { account, currency, opening, closing };
}

/** An IBAN says more than a number. */
function preferred(known: string | null, value: string | undefined): string | null {
  const id = (value ?? "").replace(/\s+/g, "");
  if (!/\d{3}/.test(id) || !/^[A-Z0-9./-]{4,40}$/i.test(id)) return known;
  return known === null || (/^[A-Z]{2}\d{2}/.test(id) && !/^[A-Z]{2}\d{2}/.test(known)) ? id : known;
}

function currencyIn(text: string): string | null {
  const code = /\b([A-Z]{3})\b/.exec(text)?.[1] ?? "";
  return currencyExponent(code) === undefined ? null : code;
}

function currencyBesideAmount(cell: string): string | null {
  const match = /(?:^|\s)([A-Z]{3})\s*[-+]?[\d'’.,]+$|^[-+]?[\d'’.,]+\s*([A-Z]{3})$/.exec(cell);
  return match === null ? null : currencyIn(match[1] ?? match[2] ?? "");
}
