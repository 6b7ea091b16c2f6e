import type { Booking, BookingKind } from "./booking.ts";

/** How each format names what a booking is about. */
export interface TransactionCode {
  /** ISO 20022 domain, family, sub-family (External Bank Transaction code sets), in the euro area. */
  readonly iso: string;
  /** The sub-family where payments are domestic ones of another area, when it differs. */
  readonly isoElsewhere?: string;
  /** Business transaction code of German MT940 (:86:, three digits) with its booking text. */
  readonly german: string;
  readonly germanText: string;
  /** SWIFT transaction type of :61:. */
  readonly swift: string;
  /** BAI2 type code. */
  readonly bai: string;
  /** What the booking is called, for people. */
  readonly text: string;
}

export function codeOf(booking: Pick<Booking, "kind">): TransactionCode {
  return codes[booking.kind];
}

/** Domain, family and sub-family as a statement in this currency has them. */
export function isoCode(booking: Pick<Booking, "kind">, currency: string): readonly [string, string, string] {
  const { iso, isoElsewhere } = codes[booking.kind];
  const [domain = "", family = "", subFamily = ""] = iso.split("-");
  return [domain, family, currency === "EUR" ? subFamily : (isoElsewhere ?? subFamily)];
}

const codes: Record<BookingKind, TransactionCode> = {
  customer_receipt: {
    ...code("PMNT-RCDT-ESCT", "166", "GUTSCHR. UEBERWEISUNG", "NTRF", "195", "Credit transfer received"),
    isoElsewhere: "DMCT",
  },
  supplier_payment: { ...code("PMNT-ICDT-ESCT", "191", "SAMMEL-UEBERWEISUNG", "NTRF", "466", "Supplier payments"), isoElsewhere: "DMCT" },
  payroll: code("PMNT-ICDT-SALA", "191", "LOHN/GEHALT SAMMLER", "NTRF", "466", "Wages"),
  tax: { ...code("PMNT-ICDT-ESCT", "117", "UEBERWEISUNG STEUER", "NTRF", "495", "Taxes and contributions"), isoElsewhere: "DMCT" },
  standing_order: code("PMNT-ICDT-STDO", "117", "DAUERAUFTRAG", "NSTO", "495", "Standing order"),
  direct_debit_paid: { ...code("PMNT-RDDT-ESDD", "105", "FOLGELASTSCHRIFT", "NDDT", "455", "Direct debit"), isoElsewhere: "PMDD" },
  direct_debit_collected: {
    ...code("PMNT-IDDT-ESDD", "192", "SAMMEL-LASTSCHRIFT", "NDDT", "166", "Direct debits collected"),
    isoElsewhere: "PMDD",
  },
  direct_debit_returned: code("PMNT-IDDT-UPDD", "109", "RUECKLASTSCHRIFT", "NRTI", "557", "Direct debit returned"),
  card_settlement: code("PMNT-MCRD-POSP", "166", "KARTENUMSATZ", "NTRF", "165", "Card settlement"),
  card_purchase: code("PMNT-CCRD-POSD", "106", "KARTENZAHLUNG", "NMSC", "699", "Card purchase"),
  cheque_paid: code("PMNT-ICHQ-CCHQ", "101", "SCHECK", "NCHK", "475", "Cheque paid"),
  transfer_out: code("PMNT-ICDT-BOOK", "116", "UEBERTRAG", "NTRF", "501", "Transfer to own account"),
  transfer_in: code("PMNT-RCDT-BOOK", "166", "UEBERTRAG", "NTRF", "201", "Transfer from own account"),
  exchange_out: code("PMNT-ICDT-XBCT", "201", "AUSLANDSZAHLUNG", "NFEX", "508", "Currency exchange"),
  exchange_in: code("PMNT-RCDT-XBCT", "206", "AUSLANDSZAHLUNG EINGANG", "NFEX", "208", "Currency exchange"),
  distribution: { ...code("PMNT-ICDT-ESCT", "116", "UEBERWEISUNG", "NTRF", "495", "Distribution"), isoElsewhere: "DMCT" },
  interest_earned: code("ACMT-MCOP-INTR", "814", "ZINSEN", "NINT", "354", "Interest earned"),
  interest_charged: code("ACMT-MDOP-INTR", "814", "SOLLZINSEN", "NINT", "654", "Interest charged"),
  bank_fee: code("ACMT-MDOP-CHRG", "808", "ENTGELTABSCHLUSS", "NCHG", "698", "Bank charges"),
};

function code(iso: string, german: string, germanText: string, swift: string, bai: string, text: string): TransactionCode {
  return { iso, german, germanText, swift, bai, text };
}
