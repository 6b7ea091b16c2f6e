import { type NewAccount, registerAccounts, registerEntities } from "../accounts/register-accounts.ts";
import { registerBanks, registerCalendars } from "../banks/register-banks.ts";
import { type Country, isBankDay, weekendDays } from "../banks/simulator/bank-days.ts";
import type { SimulatedCompany } from "../banks/simulator/company.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { addDays, type Day, dayNumber, isoWeekday } from "../time/day.ts";

const calendarYearsAhead = 2;

/** Writes down what a person would have set up before the first statement came: calendars, banks, entities and accounts. */
export async function registerCompany(tx: TenantTransaction, company: SimulatedCompany, from: Day, to: Day): Promise<void> {
  const countries = [...new Set(company.banks.map(({ country }) => country))];
  await registerCalendars(
    tx,
    countries.map((country) => ({ name: country, weekendDays: weekendDays(country), holidays: holidays(country, from, to) })),
  );
  const banks = await registerBanks(
    tx,
    company.banks.map(({ name, bic, country, timeZone }) => ({ name, bic, country, timeZone, calendar: country })),
  );
  const entities = await registerEntities(
    tx,
    company.entities.map(({ key, name, country }) => ({ code: key, name, country, functionalCurrency: currencyOf(company, key) })),
  );
  const accounts = company.accounts.map((account): NewAccount => {
    const bank = company.banks.find(({ key }) => key === account.bank);
    if (bank === undefined) throw new RangeError(`account ${account.key} has no bank`);
    const { nickname: name, iban, number, currency, overdraftLimitMinor } = account;
    const { expectedBy, timeZone } = bank;
    const held = { entityId: entities.get(account.entity) ?? null, bankId: banks.get(bank.bic) ?? null };
    return { ...held, name, iban, number, currency, expectedBy, timeZone, overdraftLimitMinor, openedOn: from };
  });
  await registerAccounts(tx, accounts);
}

/** Closed days other than weekends, from the demo's first day to some time after it. */
function holidays(country: Country, from: Day, to: Day): Day[] {
  const count = dayNumber(to) - dayNumber(from) + calendarYearsAhead * 366;
  const days = Array.from({ length: count }, (_, index) => addDays(from, index));
  return days.filter((day) => !weekendDays(country).includes(isoWeekday(day)) && !isBankDay(country, day));
}

function currencyOf(company: SimulatedCompany, entity: string): string {
  return company.accounts.find((account) => account.entity === entity && account.kind === "operating")?.currency ?? "EUR";
}
