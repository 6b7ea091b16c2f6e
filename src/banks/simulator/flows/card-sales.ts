import { isoWeekday } from "../../../time/day.ts";
import { addBankDays } from "../bank-days.ts";
import { namedPartner } from "../counterparties.ts";
import type { Programme } from "../desk.ts";
import { payment } from "./payment.ts";
import { businessPace } from "./schedule.ts";

export interface CardSales {
  readonly account: string;
  readonly acquirer: string;
  /** Median of a shop's takings on a day. */
  readonly medianMinor: number;
  readonly shops: number;
  /** The acquirer's fee in thousandths. */
  readonly feePermille: bigint;
}

/** Card takings as the acquirer settles them: a credit for each shop, the weekend on Monday, with value a bank day later. */
export function cardSales(plan: CardSales): Programme {
  return (desk) => {
    if (!desk.isOpen(plan.account)) return;
    const { country } = desk.bankOf(plan.account);
    const random = desk.random(`cards/${plan.account}/${plan.acquirer}`);
    const weekend = isoWeekday(desk.day) === (country === "KW" ? 7 : 1) ? 2.4 : 1;
    const season = desk.day.slice(5) > "11-24" && desk.day.slice(5) < "12-25" ? 1.6 : 1;
    for (let shop = 1; shop <= plan.shops; shop += 1) {
      const median = plan.medianMinor * weekend * season * (0.7 + 0.6 / shop) * Math.min(1.3, businessPace(country, desk.day));
      const gross = random.amount(median, 0.22);
      const fee = (gross * plan.feePermille) / 1000n;
      const batch = `${desk.day.slice(2).replaceAll("-", "")}${String(shop).padStart(2, "0")}`;
      const text = `Card settlement ${batch} terminal ${8800 + shop} ${random.integer(40, 400)} sales, fee ${plan.feePermille} permille deducted`;
      const settled = payment(random, namedPartner(country, plan.acquirer), gross - fee, text, {
        endToEndId: `STL${batch}`,
        purpose: "CARD",
      });
      desk.book(desk.day, {
        ...{
          account: plan.account,
          kind: "card_settlement" as const,
          amountMinor: gross - fee,
          reference: `STL${batch}`,
          payments: [settled],
        },
        valueDay: addBankDays(country, desk.day, 1),
      });
    }
  };
}
