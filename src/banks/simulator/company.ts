import type { Country } from "./bank-days.ts";
import type { Programme } from "./desk.ts";

/** A company that does not exist: who it is, where it banks, and what moves its cash. */
export interface SimulatedCompany {
  readonly key: string;
  readonly name: string;
  readonly entities: readonly SimulatedEntity[];
  readonly banks: readonly SimulatedBank[];
  readonly accounts: readonly SimulatedAccount[];
  readonly programmes: readonly Programme[];
}

export interface SimulatedEntity {
  readonly key: string;
  readonly name: string;
  readonly country: Country;
  readonly street: string;
  readonly postCode: string;
  readonly town: string;
}

export interface SimulatedBank {
  readonly key: string;
  readonly name: string;
  readonly bic: string;
  readonly country: Country;
  readonly timeZone: string;
  /** When the day's statements are usually there, in the bank's zone, on the following bank day. */
  readonly expectedBy: string;
  readonly dialect: StatementDialect;
}

/** How a bank writes its statements. */
export type StatementDialect =
  | {
      readonly format: "camt";
      readonly version: CamtVersion;
      /** Line breaks and indentation, or all on one line: banks do either. */
      readonly pretty: boolean;
      /** The code of the opening balance: most send OPBD, some PRCD. */
      readonly opening: "OPBD" | "PRCD";
    }
  /** German: structured :86: by business transaction code, no envelope, numbers start again each year. */
  | { readonly format: "mt940"; readonly dialect: "german" }
  /** As it comes over SWIFT: envelope, free text, messages of a limited length (pages). */
  | { readonly format: "mt940"; readonly dialect: "swift" }
  | { readonly format: "bai2" };

export type CamtVersion = "001.02" | "001.04" | "001.08";

export interface SimulatedAccount {
  readonly key: string;
  readonly entity: string;
  readonly bank: string;
  readonly kind: "operating" | "payroll" | "tax" | "collection" | "savings";
  readonly nickname: string;
  readonly currency: string;
  readonly iban: string | null;
  /** The bank's own number for it. */
  readonly number: string;
  readonly openingMinor: bigint;
  readonly overdraftLimitMinor: bigint;
  /** Whether the bank reports on it during the day (camt.052). */
  readonly intraday: boolean;
}

export function accountIdentification(account: SimulatedAccount): string {
  return account.iban ?? account.number;
}
