import type { StoredBlock } from "../queries.ts";
import { placesOf, type RetiredRows } from "../retire/record.ts";
import { isBehind, type Position } from "../seals/block.ts";
import { leafHash, rootOf, sha256 } from "../seals/merkle.ts";
import { digestOfRow, entryBytes, idBytes, readRow, saltOfRow } from "../seals/row.ts";
import { leafHashes } from "../seals/seal.ts";
import type { FaultList, NamedRow } from "./fault.ts";
import type { TrailRow } from "./row-stream.ts";

/** Holds the rows that stand in the range of one block against what was sealed, and names those that differ. */
export class BlockCheck {
  rows = 0;
  readonly block: StoredBlock;
  readonly #faults: FaultList;
  readonly #retired: readonly RetiredRows[];
  readonly #entries: Buffer;
  /** Whether the leaf list is the sealed one: then it says which row differs. */
  readonly #listed: boolean;
  readonly #salt: Buffer | null;
  readonly #seen: Uint8Array;
  #next = 0;
  /** Made when a row comes that is not the next of the list. */
  #byId: Map<bigint, number> | null = null;
  /** Without a list: the leaves of the rows as they are. */
  readonly #leaves: Buffer[] = [];

  constructor(block: StoredBlock, faults: FaultList, retired: readonly RetiredRows[] = []) {
    this.block = block;
    this.#retired = retired;
    this.#faults = faults;
    this.#entries = block.leaves ?? Buffer.alloc(0);
    this.#seen = new Uint8Array(this.#entries.length / entryBytes);
    this.#salt = block.salt !== null && sha256(block.salt).equals(block.saltCommitment) ? block.salt : null;
    this.#listed = block.leaves !== null && rootOf(leafHashes(this.#entries)).equals(block.root);
    if (this.#salt === null)
      faults.add("salt_altered", `block ${block.number}: its salt is not the sealed one; its rows cannot be checked`, block.number);
    if (!this.#listed) faults.add("leaves_altered", `block ${block.number}: its leaf list is not the sealed one`, block.number);
  }

  /** Whether a row there belongs to this block or to one before. */
  covers(position: Position): boolean {
    return !isBehind(position, this.block.upto);
  }

  begins(position: Position): boolean {
    return isBehind(position, this.block.after);
  }

  row(row: TrailRow): void {
    this.rows += 1;
    if (this.#salt === null) return;
    const digest = digestOfRow(saltOfRow(this.#salt, row.id), row.text);
    if (!this.#listed) {
      this.#leaves.push(leafHash(Buffer.concat([idBytes(row.id), digest])));
      return;
    }
    const at = this.#find(row.id);
    if (at === null) this.#tell("row_inserted", "was inserted", row);
    else if (digest.compare(this.#entries, at * entryBytes + 8, (at + 1) * entryBytes) !== 0) this.#tell("row_changed", "was changed", row);
  }

  /** After the last row of its range. */
  end(): void {
    if (this.#salt === null) return;
    if (!this.#listed) {
      if (!rootOf(this.#leaves).equals(this.block.root) && this.#retired.length === 0)
        this.#faults.add(
          "rows_differ",
          `block ${this.block.number}: its ${this.rows} rows are not the ${this.block.rows} that were sealed`,
          this.block.number,
        );
      return;
    }
    for (const retired of this.#retired) this.#excuse(retired);
    for (const [at, seen] of this.#seen.entries()) if (seen === 0) this.#removed(at);
  }

  /** Rows come in the order of the list, unless somebody was at work. */
  #find(id: bigint): number | null {
    while (this.#next < this.#seen.length && this.#seen[this.#next] === 1) this.#next += 1;
    let at: number | undefined = this.#next;
    if (at >= this.#seen.length || this.#idAt(at) !== id) {
      this.#byId ??= new Map(Array.from(this.#seen, (_, index) => [this.#idAt(index), index]));
      at = this.#byId.get(id);
    }
    if (at === undefined || this.#seen[at] === 1) return null;
    this.#seen[at] = 1;
    return at;
  }

  /** What a signed record says is gone by right; it must be of these very rows. */
  #excuse({ places, root }: RetiredRows): void {
    const gone = placesOf(places);
    const leaves = gone.map((at) => leafHash(this.#entries.subarray(at * entryBytes, (at + 1) * entryBytes)));
    if (gone.some((at) => at >= this.#seen.length) || rootOf(leaves).toString("hex") !== root) {
      const what = `block ${this.block.number}: the record of what was retired is not of its rows`;
      this.#faults.add("retirement_wrong", what, this.block.number);
      return;
    }
    for (const at of gone) this.#seen[at] = 1;
  }

  #removed(at: number): void {
    const id = this.#idAt(at).toString();
    const row = { id, tenant: null, table: null, key: null, operation: null };
    this.#faults.add("row_removed", `row ${id} of block ${this.block.number} was removed`, this.block.number, row);
  }

  #idAt(at: number): bigint {
    return this.#entries.readBigInt64BE(at * entryBytes);
  }

  #tell(kind: "row_changed" | "row_inserted", how: string, row: TrailRow): void {
    const named = nameOf(row);
    this.#faults.add(kind, `${described(named)} ${how} (block ${this.block.number})`, this.block.number, named);
  }
}

export function nameOf(row: TrailRow): NamedRow {
  const read = readRow(row.text.toString("utf8"));
  return {
    id: row.id.toString(),
    tenant: read?.tenant ?? null,
    table: read?.table ?? null,
    key: read?.key ?? null,
    operation: read?.operation ?? null,
  };
}

/** "row 17 (UPDATE of cash_management.cm_banks 0a…, tenant acme)" */
export function described(row: NamedRow): string {
  if (row.table === null) return `row ${row.id}`;
  const key = row.key === null ? "" : ` ${row.key}`;
  return `row ${row.id} (${row.operation} of ${row.table}${key}, tenant ${row.tenant})`;
}
