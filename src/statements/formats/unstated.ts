import type { AccountIdentification, StatementHeader, TransactionFacts } from "../statement.ts";

/** ISO 4217's code for "no currency": the account's own is meant. */
export const noCurrency = "XXX";

/** An entry or detail of which the file says nothing besides. */
export const noFacts: TransactionFacts = {
  endToEndId: null,
  transactionId: null,
  mandateId: null,
  uetr: null,
  counterparty: null,
  text: null,
  structuredReference: null,
  purpose: null,
};

type Stated = Pick<StatementHeader, "line" | "currency"> & Partial<Omit<StatementHeader, "account">> & { readonly account: StatedAccount };
type StatedAccount = Pick<AccountIdentification, "id"> & Partial<AccountIdentification>;

/** The header of a statement of account, with null for all that a format does not say. */
export function headerOf({ account, ...stated }: Stated): StatementHeader {
  return {
    kind: "statement",
    id: null,
    sequence: null,
    page: null,
    lastPage: null,
    createdAt: null,
    periodFrom: null,
    periodTo: null,
    copy: null,
    ...stated,
    account: { scheme: schemeOf(account.id), servicer: null, name: null, owner: null, ...account },
  };
}

/** An account number in the form of an IBAN is one. */
function schemeOf(id: string): AccountIdentification["scheme"] {
  return /^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(id) ? "iban" : "other";
}
