import { masked, normalise } from "../keys/blind-index.ts";
import type { TableChoices } from "./formats/table/choices.ts";
import type { TableSeen } from "./formats/table/seen.ts";
import { noCurrency } from "./formats/unstated.ts";
import type { StatementHeader } from "./statement.ts";

/**
 * What a person, a saved profile or a connection says of a file. It speaks where the file is silent; where the file says something
 * else, the file is refused: nobody knows which of the two is wrong.
 */
export interface Said {
  readonly account?: SaidAccount | null | undefined;
  readonly currency?: string | null | undefined;
  /** How its table, or its QIF, is to be read. */
  readonly choices?: TableChoices | undefined;
  /** Profiles of which one may fit, when no choices are made. */
  readonly profiles?: readonly SavedProfile[] | undefined;
  /** Refuse what can be read in several ways, instead of warning of it. */
  readonly ask?: boolean | undefined;
  /** Take what is no other format for a table, so that a person may say how it is to be read. */
  readonly asTable?: boolean | undefined;
  /** Told what was found in a table, for a preview. */
  readonly onTable?: ((seen: TableSeen) => void) | undefined;
}

export interface SaidAccount {
  /** The number that statements without one get. */
  readonly number: string;
  /** All numbers the account goes by. */
  readonly numbers: readonly string[];
}

/** A profile as readers use it: what its tables look like, and whose they are. */
export interface SavedProfile {
  readonly id: string;
  readonly name: string;
  readonly choices: TableChoices;
  readonly account: SaidAccount | null;
  readonly currency: string | null;
}

export type Contradiction = { readonly code: string; readonly message: string };

/** The header with account and currency where the file states none. */
export function withSaid(header: StatementHeader, said: Said): StatementHeader | Contradiction {
  const { account } = said;
  const stated = header.account.id;
  if (account !== null && account !== undefined && stated !== "" && !account.numbers.some((number) => sameAccount(number, stated)))
    return {
      code: "ACCOUNT_DIFFERS",
      message: `the file is of account ${masked(stated)}, and was given as one of ${masked(account.number)}: leave the account out, or send the right file`,
    };
  const currency = currencyOr(header.currency, said);
  if (typeof currency === "object" && currency !== null) return currency;
  if (stated !== "" || account === null || account === undefined) return { ...header, currency };
  const scheme = /^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(account.number) ? "iban" : "other";
  return { ...header, currency, account: { ...header.account, id: account.number, scheme } };
}

/** The currency of a header, a balance or an entry; `null` when nobody says it. */
export function currencyOr(stated: string | null, { currency }: Said): string | null | Contradiction {
  if (currency === null || currency === undefined || stated === currency) return stated;
  if (stated === null || stated === noCurrency) return currency;
  return {
    code: "CURRENCY_DIFFERS",
    message: `the file is in ${stated}, and was given as one in ${currency}: leave the currency out, or name the account in ${stated}`,
  };
}

/** A bank's own number stands at the end of the IBAN; files write either. */
function sameAccount(a: string, b: string): boolean {
  const [long, short] = [plain(a), plain(b)].sort((one, other) => other.length - one.length) as [string, string];
  return long === short || (short.length >= 5 && long.endsWith(short));
}

function plain(number: string): string {
  return normalise(number).replace(/[^A-Z0-9]/g, "");
}
