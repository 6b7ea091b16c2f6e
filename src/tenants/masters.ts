import { registerEntities } from "../accounts/register-accounts.ts";
import { registerCalendars } from "../banks/register-banks.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import * as queries from "./queries.ts";

/** What a tenant needs before its first statement: a calendar, the company itself, and the tree of liquidity items to sort flows into. */
export async function registerMasters(
  tx: TenantTransaction,
  company: { readonly name: string; readonly country: string; readonly reportingCurrency: string },
): Promise<void> {
  await registerCalendars(tx, [{ name: company.country, weekendDays: weekendOf(company.country), holidays: [] }]);
  await registerEntities(tx, [
    { code: "GROUP", name: company.name, country: company.country, functionalCurrency: company.reportingCurrency },
  ]);
  await queries.insertCategories(tx, categories);
}

/** ISO weekdays off, by CLDR: Saturday and Sunday nearly everywhere, Friday and Saturday in much of the Arab world, Friday in Iran. */
export function weekendOf(country: string): readonly number[] {
  const locale = new Intl.Locale("und", { region: country }) as Intl.Locale & WeekInformed;
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.weekend ?? [6, 7];
}

/** Node 20 has the property, later ones the method of the standard. */
interface WeekInformed {
  getWeekInfo?(): { readonly weekend: readonly number[] };
  readonly weekInfo?: { readonly weekend: readonly number[] };
}

/** Adds what is missing of the default tree; for tenants that were opened before it had codes. @returns how many were added or completed */
export function addDefaultCategories(tx: TenantTransaction): Promise<number> {
  return queries.insertCategories(tx, categories);
}

/** bankCodes: ISO 20022 with * for any part, and what SWIFT (:61:) and BAI2 call the same; purposes: ISO 20022 external purpose codes. */
function item(code: string, name: string, direction: "in" | "out" | "both", bankCodes = "", purposes = ""): queries.DefaultCategory {
  const parent = code.includes(".") ? code.slice(0, code.lastIndexOf(".")) : null;
  return { code, name, parent, direction, bankCodes: words(bankCodes), purposes: words(purposes) };
}

function words(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}

const categories: readonly queries.DefaultCategory[] = [
  item("operating", "Operating", "both"),
  item("investing", "Investing", "both"),
  item("financing", "Financing", "both"),
  item(
    "internal",
    "Between own accounts",
    "both",
    "CAMT-ACCB-* CAMT-CAPL-* CAMT-ACCB-SWEP *-*-ZABA *-*-SWEP *-*-TOPG 501 201",
    "INTC CASH",
  ),
  item("operating.customers", "Customers", "in", "PMNT-RCDT PMNT-IRCT PMNT-IDDT PMNT-MCRD PMNT-RCHQ", "SUPP GDDS SCVE"),
  item("operating.suppliers", "Suppliers", "out", "PMNT-ICDT PMNT-RDDT PMNT-ICHQ", "SUPP GDDS SCVE"),
  item("operating.payroll", "Payroll", "out", "PMNT-ICDT-SALA PMNT-ICDT-PAYR *-*-PRCT", "SALA PAYR PENS BONU"),
  item("operating.taxes", "Taxes and duties", "both", "*-*-TAXE PMNT-ICDT-TAXS", "TAXS VATX WHLD GOVT SSBE"),
  item("operating.rent", "Rent and leases", "out", "", "RENT"),
  item("operating.fees", "Bank fees", "both", "*-*-CHRG *-*-FEES *-*-COMM *-*-COMI NCHG NCOM 698", ""),
  item("operating.cards", "Cards and cash", "both", "PMNT-CCRD PMNT-CNTR", ""),
  item("operating.other", "Other operating", "both"),
  item("investing.assets", "Fixed assets", "both"),
  item("investing.deposits", "Deposits and funds", "both", "LDAS-FTDP LDAS-NTDP SECU", ""),
  item("financing.loans", "Loans", "both", "LDAS-FTLN LDAS-NTLN LDAS-SYDN LDAS-CSLN LDAS-MGLN", "LOAN"),
  item("financing.interest", "Interest", "both", "*-*-INTR NINT 354", "INTE"),
  item("financing.equity", "Equity and dividends", "both", "", "DIVI"),
  item("financing.exchange", "Currency exchange", "both", "FORX", "FREX"),
];
