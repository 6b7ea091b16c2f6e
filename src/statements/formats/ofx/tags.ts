/** The aggregates of OFX that say something of statements. */
export const statementTags = new Set(["STMTRS", "CCSTMTRS", "INVSTMTRS"]);
export const transactionTags = new Set(["STMTTRN", "STMTTRNP"]);
export const accountTags = new Set(["BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"]);
export const payeeAccountTags = new Set(["BANKACCTTO", "CCACCTTO"]);
export const balanceTags = new Map<string, "CLBD" | "CLAV">([
  ["LEDGERBAL", "CLBD"],
  ["AVAILBAL", "CLAV"],
]);
/** What we keep the nesting of; other aggregates are passed through as if they were not there. */
export const aggregates = new Set([
  ...statementTags,
  ...transactionTags,
  ...accountTags,
  ...payeeAccountTags,
  ...balanceTags.keys(),
  ..."OFX BANKTRANLIST BANKTRANLISTP PAYEE STATUS CURRENCY ORIGCURRENCY".split(" "),
]);
