import { albrechtGroup } from "../banks/simulator/companies/albrecht-group.ts";
import { lindenkadeStores } from "../banks/simulator/companies/lindenkade-stores.ts";
import type { SimulatedCompany } from "../banks/simulator/company.ts";
import type { Fault } from "../banks/simulator/faults.ts";

/** Who is shown in the demo, and what went wrong at their banks. */
export interface DemoCompany {
  /** Also the tenant's id. */
  readonly company: SimulatedCompany;
  readonly reportingCurrency: string;
  readonly timeZone: string;
  readonly person: { readonly email: string; readonly name: string };
  readonly faults: readonly Fault[];
}

export const demoCompanies: readonly DemoCompany[] = [
  {
    company: albrechtGroup,
    reportingCurrency: "EUR",
    timeZone: "Europe/Berlin",
    person: { email: "treasurer@albrecht.example", name: "Carola Imkamp" },
    // One of each, so that every state can be seen: what is behind a gap, a break, a bank that is late, a day that is not closed.
    faults: [
      { kind: "missing_day", account: "uk-operating", bankDaysAgo: 8 },
      { kind: "lost_entry", account: "jp-operating", bankDaysAgo: 4 },
      { kind: "late", account: "de-collection", bankDays: 3 },
      { kind: "intraday_only", account: "de-operating" },
    ],
  },
  {
    company: lindenkadeStores,
    reportingCurrency: "EUR",
    timeZone: "Europe/Amsterdam",
    person: { email: "treasurer@lindenkade.example", name: "Femke Roosenboom" },
    faults: [],
  },
];
