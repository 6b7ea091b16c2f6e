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

const parents = [
  { code: "operating", name: "Operating", parent: null, direction: "both" },
  { code: "investing", name: "Investing", parent: null, direction: "both" },
  { code: "financing", name: "Financing", parent: null, direction: "both" },
  { code: "internal", name: "Between own accounts", parent: null, direction: "both" },
] as const;

const categories = [
  ...parents,
  { code: "operating.customers", name: "Customers", parent: "operating", direction: "in" },
  { code: "operating.suppliers", name: "Suppliers", parent: "operating", direction: "out" },
  { code: "operating.payroll", name: "Payroll", parent: "operating", direction: "out" },
  { code: "operating.taxes", name: "Taxes and duties", parent: "operating", direction: "both" },
  { code: "operating.rent", name: "Rent and leases", parent: "operating", direction: "out" },
  { code: "operating.fees", name: "Bank fees", parent: "operating", direction: "out" },
  { code: "operating.other", name: "Other operating", parent: "operating", direction: "both" },
  { code: "investing.assets", name: "Fixed assets", parent: "investing", direction: "both" },
  { code: "investing.deposits", name: "Deposits and funds", parent: "investing", direction: "both" },
  { code: "financing.loans", name: "Loans", parent: "financing", direction: "both" },
  { code: "financing.interest", name: "Interest", parent: "financing", direction: "both" },
  { code: "financing.equity", name: "Equity and dividends", parent: "financing", direction: "both" },
] as const;
