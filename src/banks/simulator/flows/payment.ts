import type { Party, Payment } from "../booking.ts";
import { uetr } from "../identifiers.ts";
import type { Random } from "../random.ts";

/** A payment with what nearly all have in common; the caller says what is special about it. */
export function payment(
  random: Random,
  party: Party | null,
  amountMinor: bigint,
  remittance: string,
  special: Partial<Payment> = {},
): Payment {
  return {
    amountMinor,
    endToEndId: "NOTPROVIDED",
    transactionId: `TX${random.digits(12)}`,
    uetr: uetr(random),
    party,
    mandateId: null,
    creditorId: null,
    remittance,
    creditorReference: null,
    purpose: null,
    returnReason: null,
    exchange: null,
    ...special,
  };
}

/** Whole cents, yen or fils of a price: banks see round amounts more often than chance would make them. */
export function rounded(amountMinor: bigint, stepMinor: bigint): bigint {
  const steps = (amountMinor + stepMinor / 2n) / stepMinor;
  return (steps > 0n ? steps : 1n) * stepMinor;
}

export function sumOf(payments: readonly Payment[]): bigint {
  return payments.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}
