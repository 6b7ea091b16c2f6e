/** What verification can find; each is explained in docs/operate/audit.md. */
export const faultKinds = {
  row_changed: "a sealed row is not what it was",
  row_removed: "a sealed row is gone",
  row_inserted: "a row stands where everything was sealed without it",
  person_changed: "a value that names people is not the one whose digest was sealed",
  person_removed: "a value that names people is gone, and its tenant was not erased",
  retirement_wrong: "a record of a retired month is not signed by a trusted key, or not of the rows that are gone",
  rows_differ: "the rows of a block are not those that were sealed, and its leaf list cannot say which",
  leaves_altered: "the leaf list of a block is not the one that was sealed",
  salt_altered: "the salt of a block is not the one that was sealed",
  block_missing: "a block is gone",
  block_altered: "a block is not what was signed",
  signature_wrong: "the signature of a block is not its key's",
  key_unknown: "a block was signed with a key that is not trusted",
  key_replaced: "a block was signed with a key outside of the blocks it was in force for",
  key_not_endorsed: "another key signs, and no statement says that it replaced the one before",
  key_statement_wrong: "a statement about a signing key is not signed by the key it names",
  chain_broken: "a block does not follow the one before",
  coverage_broken: "a block does not begin where the one before ended",
  chain_went_back: "a block that was known is gone, and no restore was recorded",
  unsealed: "rows wait for a seal longer than allowed",
  recording_off: "changes are not recorded: a trigger is missing or switched off",
} as const;

export type FaultKind = keyof typeof faultKinds;

export interface NamedRow {
  readonly id: string;
  /** Of a removed row only its id is known. */
  readonly tenant: string | null;
  readonly table: string | null;
  readonly key: string | null;
  readonly operation: string | null;
}

export interface Fault {
  readonly kind: FaultKind;
  /** One line for people. */
  readonly what: string;
  readonly block: string | null;
  readonly row: NamedRow | null;
}

/** Keeps the first faults and counts the rest, so that a trail torn to pieces does not fill the memory. */
export class FaultList {
  readonly faults: Fault[] = [];
  count = 0;
  readonly #limit: number;

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  add(kind: FaultKind, what: string, block: bigint | null = null, row: NamedRow | null = null): void {
    this.count += 1;
    if (this.faults.length < this.#limit) this.faults.push({ kind, what, block: block?.toString() ?? null, row });
  }
}
