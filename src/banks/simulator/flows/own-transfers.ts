import { addDays } from "../../../time/day.ts";
import type { BookingKind, Party, Payment } from "../booking.ts";
import type { Desk } from "../desk.ts";
import { convert, rateMicros, rateText } from "../exchange-rates.ts";
import { uetr } from "../identifiers.ts";
import { payment } from "./payment.ts";

/** Moves money between two accounts in one currency: the same day, amount and references on both sides. */
export function transfer(desk: Desk, from: string, to: string, amountMinor: bigint, why: string): void {
  const shared = sharedReferences(desk, from, to);
  bookLeg(desk, from, to, "transfer_out", -amountMinor, why, shared);
  bookLeg(desk, to, from, "transfer_in", amountMinor, why, shared);
}

/** Sells `amountMinor` of one account's currency for that of another. */
export function exchange(desk: Desk, from: string, to: string, amountMinor: bigint, why: string): void {
  const [sold, bought] = [desk.account(from).currency, desk.account(to).currency];
  const boughtMinor = convert(amountMinor, sold, bought, desk.day);
  const micros = rateMicros(sold, bought, desk.day);
  // Each side states the other's amount; the rate is always that of the deal (bought for one sold).
  const shared = { ...sharedReferences(desk, from, to) };
  const rate = rateText(micros);
  bookLeg(desk, from, to, "exchange_out", -amountMinor, `${why} ${bought}`, {
    ...shared,
    exchange: { amountMinor: boughtMinor, currency: bought, rate },
  });
  bookLeg(desk, to, from, "exchange_in", boughtMinor, `${why} from ${sold}`, {
    ...shared,
    exchange: { amountMinor, currency: sold, rate },
  });
}

/** What it costs in the paying account's currency to put an amount on the other account. */
export function costOf(desk: Desk, from: string, to: string, amountMinor: bigint): bigint {
  const [sold, bought] = [desk.account(from).currency, desk.account(to).currency];
  return sold === bought ? amountMinor : convert(amountMinor, bought, sold, desk.day);
}

function bookLeg(
  desk: Desk,
  account: string,
  other: string,
  kind: BookingKind,
  amountMinor: bigint,
  why: string,
  shared: Partial<Payment>,
): void {
  const random = desk.random(`leg/${account}/${other}`);
  const leg = payment(random, ownParty(desk, other), amountMinor, `${why} ${desk.account(other).nickname}`, { ...shared, purpose: "INTC" });
  const reference = leg.endToEndId;
  // The other currency's money has value a day later than it is booked where it crosses a border.
  const abroad = kind === "exchange_in" && desk.bankOf(account).country !== desk.bankOf(other).country;
  const valueDay = abroad ? addDays(desk.day, 1) : desk.day;
  desk.book(desk.day, { account, kind, amountMinor, valueDay, reference, payments: [leg], transfer: reference });
}

function sharedReferences(desk: Desk, from: string, to: string): Partial<Payment> {
  const random = desk.random(`transfer/${from}/${to}`);
  return { endToEndId: `OT${desk.day.slice(2).replaceAll("-", "")}${random.digits(7)}`, uetr: uetr(random) };
}

/** The company's own entity as the other party of a transfer. */
function ownParty(desk: Desk, account: string): Party {
  const { name, street, postCode, town, country } = desk.entityOf(account);
  const { iban, number } = desk.account(account);
  return { name, street, postCode, town, country, bic: desk.bankOf(account).bic, account: { iban, number } };
}
