/** What a file may ask of us. Far above what banks send; a file beyond them is refused, not half read. */
export interface StatementLimits {
  /** Nesting of XML elements. */
  readonly depth: number;
  /** Characters of one value, comment or line. */
  readonly text: number;
  /** Transactions listed under one entry. */
  readonly details: number;
  /** Balances of one statement. */
  readonly balances: number;
  /** Statements and entries of one delivery. */
  readonly statements: number;
  readonly entries: number;
  /** Rows of a format that must be seen whole before its first entry is certain (QIF, CSV). */
  readonly rows: number;
  /** Characters of a table or QIF, which is held whole. */
  readonly table: number;
  /** Bytes of a workbook, which is held whole. */
  readonly workbook: number;
  /** Files in an archive, and bytes that it unpacks to. */
  readonly members: number;
  readonly unpacked: number;
}

export const defaultLimits: StatementLimits = {
  depth: 64,
  text: 1_000_000,
  details: 100_000,
  balances: 100_000,
  statements: 200_000,
  entries: 50_000_000,
  rows: 500_000,
  table: 100_000_000,
  workbook: 50_000_000,
  members: 1_000,
  unpacked: 4_000_000_000,
};
