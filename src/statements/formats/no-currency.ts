/** ISO 4217's code for "no currency": the account's own is meant. */
export const noCurrency = "XXX";
