/** What the elements of a camt message say, as text, before it is made into nouns. Keys are assigned by the element table. */
export class GroupDraft {
  lastPage: string | null = null;
}

export class StatementDraft {
  line = 0;
  id: string | null = null;
  electronicSequence: string | null = null;
  legalSequence: string | null = null;
  page: string | null = null;
  lastPage: string | null = null;
  createdAt: string | null = null;
  from: string | null = null;
  to: string | null = null;
  copy: string | null = null;
  iban: string | null = null;
  otherId: string | null = null;
  currency: string | null = null;
  name: string | null = null;
  owner: string | null = null;
  servicerBic: string | null = null;
  servicerMember: string | null = null;
}

export class BalanceDraft {
  line = 0;
  code: string | null = null;
  proprietary: string | null = null;
  subtype: string | null = null;
  amount: string | null = null;
  currency: string | null = null;
  direction: string | null = null;
  date: string | null = null;
}

export class TotalsDraft {
  entries: string | null = null;
  sum: string | null = null;
  net: string | null = null;
  netDirection: string | null = null;
  creditCount: string | null = null;
  credits: string | null = null;
  debitCount: string | null = null;
  debits: string | null = null;
}

export class EntryDraft {
  line = 0;
  reference: string | null = null;
  amount: string | null = null;
  currency: string | null = null;
  direction: string | null = null;
  reversal: string | null = null;
  status: string | null = null;
  booked: string | null = null;
  value: string | null = null;
  bankReference: string | null = null;
  domain: string | null = null;
  family: string | null = null;
  subfamily: string | null = null;
  proprietaryCode: string | null = null;
  batchCount: string | null = null;
  information: string | null = null;
}

export class DetailDraft {
  amount: string | null = null;
  currency: string | null = null;
  direction: string | null = null;
  transactionAmount: string | null = null;
  transactionCurrency: string | null = null;
  endToEndId: string | null = null;
  transactionId: string | null = null;
  mandateId: string | null = null;
  uetr: string | null = null;
  bankReference: string | null = null;
  debtor: string | null = null;
  debtorAccount: string | null = null;
  debtorBic: string | null = null;
  ultimateDebtor: string | null = null;
  creditor: string | null = null;
  creditorAccount: string | null = null;
  creditorBic: string | null = null;
  ultimateCreditor: string | null = null;
  unstructured: string | null = null;
  creditorReference: string | null = null;
  purpose: string | null = null;
  information: string | null = null;
}
