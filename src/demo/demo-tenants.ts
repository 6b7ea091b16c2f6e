import type { Role } from "../access/contract.ts";
import { albrechtGroup } from "../banks/simulator/companies/albrecht-group.ts";
import { lindenkadeStores } from "../banks/simulator/companies/lindenkade-stores.ts";
import type { SimulatedCompany } from "../banks/simulator/company.ts";
import type { Fault } from "../banks/simulator/faults.ts";

export interface DemoPerson {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

/** Who is shown in the demo, and what went wrong at their banks. */
export interface DemoCompany {
  /** Also the tenant's id. */
  readonly company: SimulatedCompany;
  readonly reportingCurrency: string;
  readonly timeZone: string;
  /** One of each role; the treasurer, whose desk it is, first. */
  readonly people: readonly DemoPerson[];
  /** An account that somebody wants to register. */
  readonly newAccount: string;
  readonly faults: readonly Fault[];
}

export const demoCompanies: readonly DemoCompany[] = [
  {
    company: albrechtGroup,
    reportingCurrency: "EUR",
    timeZone: "Europe/Berlin",
    people: [
      { email: "treasurer@albrecht.example", name: "Carola Imkamp", role: "treasurer" },
      { email: "analyst@albrecht.example", name: "Jonas Fehling", role: "analyst" },
      { email: "approver@albrecht.example", name: "Ruth Adeyemi", role: "approver" },
      { email: "auditor@albrecht.example", name: "Henrik Solberg", role: "auditor" },
      { email: "administrator@albrecht.example", name: "Mirjam Kessler", role: "administrator" },
    ],
    newAccount: "DE89370400440532013000",
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
    people: [
      { email: "treasurer@lindenkade.example", name: "Femke Roosenboom", role: "treasurer" },
      { email: "analyst@lindenkade.example", name: "Daan Vermeulen", role: "analyst" },
      { email: "approver@lindenkade.example", name: "Aylin Demir", role: "approver" },
      { email: "auditor@lindenkade.example", name: "Pieter Hoekstra", role: "auditor" },
      { email: "administrator@lindenkade.example", name: "Sanne de Wit", role: "administrator" },
    ],
    newAccount: "NL91ABNA0417164300",
    faults: [],
  },
];
