import { currencyExponent } from "../../../money/currencies.ts";
import type { ColumnRole } from "./choices.ts";
import { plainHeader } from "./plain-header.ts";

/**
 * Words of headers by role, in English, German, French, Italian, Spanish, Portuguese, Dutch, Swedish, Danish, Polish, Czech and
 * Hungarian; written as `plainHeader` makes them. The earlier a word in its line, the likelier its column.
 */
const words: ReadonlyArray<readonly [ColumnRole, string]> = [
  [
    "bookingDate",
    `booking date, buchungsdatum, buchungstag, buchung, ecriture, booked at, booked, posting date, posted, posted date, date d ecriture, date de comptabilisation,
     date comptable, data di registrazione, data registrazione, data contabile, data di contabilizzazione, fecha contable, fecha operacion,
     fecha de operacion, boekdatum, bokforingsdag, bokforingsdatum, bogforingsdato, data ksiegowania, datum zauctovani, konyveles datuma, erfassungsdatum,
     trans buchungsdatum, completed date, datum, date, data, fecha, dato, datum provedeni, data operazione, data operacji, date operation,
     date de l operation, data movimento, data da operacao, data lancamento, transaction date, trans date, transaktionsdatum, date de transaction,
     data transazione, data dell operazione, transactiedatum, transaktionsdag, tranzakcio datuma, trade date, abschlussdatum, umsatzdatum, belegdatum,
     purchase date, date d achat, einkaufsdatum, data di acquisto, created, created at, execution date`,
  ],
  [
    "valueDate",
    `value date, valuta, valutadatum, valuta date, valutadate, wert, wertstellung, wertstellungsdatum, data valuta, data di valuta, data della valuta,
     date de valeur, valeur, date valeur, fecha valor, data valor, rentedatum, valutadag, erteknap, data waluty, valor`,
  ],
  [
    "amount",
    `amount, betrag, buchungsbetrag, umsatz, transaktionsbetrag, transaction amount, booking amount, montant, montant de la transaction, importo,
     importo della transazione, importe, bedrag, belopp, belob, kwota, castka, osszeg, tranzakcio osszege, credit/debit amount, amount czk,
     trans gesamtwert, net, netto, valor, gross, brutto, summe, summa`,
  ],
  [
    "debit",
    `debit, debits, belastung, belastungen, belastungsbetrag, lastschrift, soll, ausgang, debit amount, addebito, addebiti, importo di addebito, uscite, dare,
     debito, debitos, debet, cargo, cargos, adeudo, paid out, withdrawal, withdrawals, withdrawal amount, money out, outflow, auszahlung, ausgaben, sortie,
     depense, uttag, ut`,
  ],
  [
    "credit",
    `credit, credits, gutschrift, gutschriften, gutschriftsbetrag, haben, eingang, credit amount, accredito, accrediti, importo di accredito, entrate, avere,
     credito, creditos, abono, abonos, paid in, deposit, deposits, deposit amount, money in, inflow, einzahlung, einnahmen, entree, recette, insattning, in`,
  ],
  [
    "balance",
    `balance, saldo, solde, kontostand, running balance, account balance, saldo nach buchung, egyenleg, zustatek, stan konta, saldo contabile, saldo po operacji`,
  ],
  [
    "indicator",
    `debit/credit, debit/kredit, credit/debit, belastung/gutschrift, gutschrift/belastung, gutschrift / belastung, soll/haben, s/h, c/d, d/c, cd, dc, cr/dr, dr/cr,
     debito/credito, addebito/accredito, af bij, af/bij, bij/af, debet/credit, bevetel/kiadas, dare/avere, sens, debit credit, credit debit, cdtdbt,
     sollhabenkennung, debit/credit indicator`,
  ],
  [
    "currency",
    `currency, wahrung, waehrung, whg, buchungswahrung, monnaie, devise, moneta, div, divisa, moneda, moeda, munt, muntsoort, valuta, devizanem, tranzakcio devizaneme,
     mena, waluta, ccy, currency code`,
  ],
  ["debitCurrency", "debit currency"],
  ["creditCurrency", "credit currency"],
  ["detailAmount", "betrag detail, betrag einzelzahlung, einzelbetrag, detail amount, montant detail"],
  [
    "text",
    `buchungstext, text, description, descriptions, details, detail, mitteilung, mitteilung / referenz, verwendungszweck, zahlungszweck, avisierungstext, beschreibung,
     bezeichnung, buchungsdetails, booking details, booking text, notification text, transaction description, transaktionsbeschreibung, libelle, texte,
     texte comptable, texte de notification, details de comptabilisation, communication, memo, narrative, omschrijving, mededelingen, mededeling,
     vrije mededeling, gestructureerde mededeling, descrizione, testo, testo di registrazione, testo di contabilizzazione, testo d avviso, testo di avviso,
     causale, dettaglio, dettagli, dettagli di contabilizzazione, denominazione, concepto, descripcion, descricao, remittance information, purpose, label,
     kozlemeny, reszletek, note, notes, subject, message for payee, message for me, zusatzinfos buchung, zusatzinfos transaktion, activity name, tytul, opis,
     transazione, footnotes`,
  ],
  [
    "name",
    `name, partner name, payee, counterparty, counterparty name, auftraggeber, begunstigter, beguenstigter, auftraggeber/begunstigter, beguenstigter/zahlungspflichtiger,
     name auftraggeber / begunstigter, name zahlungsbeteiligter, beneficiary, counteraccount name, naam tegenpartij, naam / omschrijving, merchant, merchantname, merchant name,
     handler, commerciante, commercant, partner neve, recipient, beneficiario, beneficiaire, destinatario`,
  ],
  [
    "counterAccount",
    `counterparty account, counterparty iban, partner account, rekeningnummer tegenpartij, tegenrekening, kontonummer/iban, iban zahlungsbeteiligter, konto / bank,
     partner szamlaszama, bank account, bank account details, beneficiary account`,
  ],
  ["bic", "bic, bic tegenpartij, swift, bic/swift code, bic zahlungsbeteiligter"],
  [
    "account",
    `iban, iban auftragskonto, auftragskonto, kontonummer, account, account number, account iban, konto, konto nr, compte, numero de compte, conto, numero di conto, cuenta,
     rekeningnummer, rekening, szamlaszam, konto, numer rachunku`,
  ],
  [
    "reference",
    `reference, transaction id, transactionid, referenz, referenznummer, zkb referenz, transaktions nr, transaction no, transaction number, buchungsreferenz, trans referenz,
     numero di ordine, rif esterno, n de transaction, n di transazione, transaction reference, transaction reference number, payment reference, order number,
     megbizas azonosito, id, ref, customer reference`,
  ],
  [
    "type",
    `type, transaction type, type of transaction, auftragsart, bewegungstyp, tipo, tipo di ordine, tipo di movimento, genre de mouvement, art, mutatiesoort, activity type,
     tranzakcio tipusa, umsatzart`,
  ],
  ["status", "status, stato, state, statetype, statut, estado"],
  ["card", "card number, cardid, card, karte, kartennummer, carta, numero di carta, numero de carte, carte, kartyaszam"],
];

const ranks = new Map<string, Map<ColumnRole, number>>();
for (const [role, line] of words)
  line.split(",").forEach((word, rank) => {
    const key = word.replace(/\s+/g, " ").trim();
    const roles = ranks.get(key) ?? new Map<ColumnRole, number>();
    if (!roles.has(role)) roles.set(role, rank);
    ranks.set(key, roles);
  });

export interface Header {
  /** What the column may hold, with the rank of the word: the lower, the likelier. "Valuta" is a day here and a currency there. */
  readonly roles: ReadonlyMap<ColumnRole, number>;
  /** Of "Saldo CHF" and "Debit (EUR)". */
  readonly currency: string | null;
}

export function headerOf(cell: string): Header {
  const plain = plainHeader(cell);
  const whole = ranks.get(plain);
  if (whole !== undefined) return { roles: whole, currency: null };
  const match = /^(.*?)(?: (?:in|en))? ([a-z]{3})$/.exec(plain);
  const currency = match?.[2]?.toUpperCase() ?? "";
  if (match !== null && currencyExponent(currency) !== undefined) {
    const roles = ranks.get(match[1] ?? "");
    if (roles !== undefined) return { roles, currency };
  }
  const roles = ranks.get(plain.replace(/ ?\d$/, ""));
  if (roles !== undefined) return { roles, currency: null };
  return { roles: cell.includes("\ufffd") ? damaged(cell) : none, currency: null };
}

/** A header whose accents were lost before it came to us: any letter may have stood in their place. */
function damaged(cell: string): ReadonlyMap<ColumnRole, number> {
  const pattern = new RegExp(
    `^${cell
      .toLowerCase()
      .replace(/[^a-z0-9\ufffd]+/g, " ")
      .trim()
      .replaceAll("\ufffd", ".{1,2}")}$`,
  );
  for (const [word, roles] of ranks) if (pattern.test(word)) return roles;
  return none;
}

const none: ReadonlyMap<ColumnRole, number> = new Map();
