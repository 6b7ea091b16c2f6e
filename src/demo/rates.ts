import { rateMicros, rateText } from "../banks/simulator/exchange-rates.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { DayRates } from "../rates/rate-set.ts";
import { importRates } from "../rates/rate-sets.ts";
import { addDays, type Day, isoWeekday } from "../time/day.ts";
import type { DemoCompany } from "./demo-tenants.ts";

/** A set for each weekday of the demo, of the simulation's own rates; called "simulated", for nobody published them. */
export async function importDemoRates(tx: TenantTransaction, { company }: DemoCompany, today: Day, days: number): Promise<void> {
  const quotes = [...new Set(company.accounts.map(({ currency }) => currency))].filter((currency) => currency !== "EUR");
  const from = addDays(today, -days);
  const sets = Array.from({ length: days + 1 }, (_, index) => addDays(from, index))
    .filter((day) => isoWeekday(day) <= 5)
    .map(
      (day): DayRates => ({ day, rates: quotes.map((quote) => ({ base: "EUR", quote, rate: rateText(rateMicros("EUR", quote, day)) })) }),
    );
  await importRates(tx, { source: "simulated", days: sets, from });
}
