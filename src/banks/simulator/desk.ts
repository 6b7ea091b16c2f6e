import type { Day } from "../../time/day.ts";
import type { BookingDraft } from "./booking.ts";
import type { SimulatedAccount, SimulatedBank, SimulatedCompany, SimulatedEntity } from "./company.ts";
import type { Random } from "./random.ts";

/** Something that moves cash by a rule of its own: called once for each calendar day, in order. */
export type Programme = (desk: Desk) => void;

/** What a programme may know and do on its day. It sees the past only, so a longer simulation begins with the shorter one. */
export interface Desk {
  readonly company: SimulatedCompany;
  readonly day: Day;
  /** A stream of this programme's day: the same whatever the other programmes draw. */
  random(stream: string): Random;
  account(key: string): SimulatedAccount;
  bankOf(account: string): SimulatedBank;
  entityOf(account: string): SimulatedEntity;
  /** Whether the account's bank books today. */
  isOpen(account: string): boolean;
  /** The closing balance of the last day before today. */
  balance(account: string): bigint;
  /** Average of the closing balances of the last days before today. */
  averageBalance(account: string, days: number): bigint;
  /** Books on the day, or on the first one after it on which the bank books. Not before today. */
  book(day: Day, draft: BookingDraft): void;
}
