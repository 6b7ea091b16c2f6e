import type { StoredBlock } from "../queries.ts";
import { type Block, hashOfHeader, isSignedBy, type Position } from "../seals/block.ts";
import { covers, type Trust } from "../seals/key-trust.ts";
import { behind } from "../seals/seal.ts";
import type { FaultList } from "./fault.ts";

/** Follows the chain block by block: hash, signature, what it follows, and where it begins. */
export class ChainCheck {
  blocks = 0;
  last: Block | null = null;
  readonly #faults: FaultList;
  readonly #trust: Trust;
  readonly #first: bigint;
  /** Of the first restore to an earlier time: from there on block numbers count anew, and a key may be younger than its statement says. */
  #restoredAt: bigint | null = null;

  /** @param first the number of the first block that is asked for */
  constructor(faults: FaultList, trust: Trust, first: bigint) {
    this.#faults = faults;
    this.#trust = trust;
    this.#first = first;
  }

  next(block: StoredBlock): void {
    this.blocks += 1;
    this.#follows(block);
    this.#isSigned(block);
    this.last = block;
  }

  #isSigned(block: Block): void {
    const { number } = block;
    const key = this.#trust.keys.get(block.keyId);
    const altered = !hashOfHeader(block).equals(block.hash);
    if (altered) this.#faults.add("block_altered", `block ${number} is not what was signed`, number);
    if (key === undefined) {
      const lost = this.#trust.unfollowed.find((statement) => statement.key.id === block.keyId && !statement.endorsed);
      const because = lost === undefined ? "" : `: ${lost.by} said at ${lost.at} that key ${lost.replaces} was lost (${lost.reason})`;
      this.#faults.add("key_unknown", `block ${number} was signed with key ${block.keyId}, which is not trusted here${because}`, number);
      return;
    }
    if (!altered && !isSignedBy(block, key.publicKey))
      this.#faults.add("signature_wrong", `block ${number}: the signature is not that of key ${key.id}`, number);
    if (block.kind === "fork" && block.lost !== null) this.#restoredAt ??= number;
    const early = number < key.from && this.#restoredAt !== null && number >= this.#restoredAt;
    if (!early && !covers(key, number)) {
      const when = key.until !== null && number > key.until ? `was replaced behind block ${key.until}` : `begins with block ${key.from}`;
      this.#faults.add("key_replaced", `block ${number} was signed with key ${key.id}, which ${when}`, number);
    }
    const before = this.last;
    if (before !== null && before.keyId !== key.id && this.#trust.keys.has(before.keyId) && key.by === null)
      this.#faults.add(
        "key_not_endorsed",
        `from block ${number} on key ${key.id} signs; nothing says that it replaced ${before.keyId}`,
        number,
      );
  }

  #follows(block: Block): void {
    const { number } = block;
    const expected = this.last === null ? this.#first : this.last.number + 1n;
    if (number !== expected) {
      const until = number - 1n;
      const which = until === expected ? `block ${expected} is` : `blocks ${expected} to ${until} are`;
      this.#faults.add("block_missing", `${which} gone; the rows between cannot be checked`, expected);
      return;
    }
    if (this.last === null) {
      if ((number === 1n) !== (block.previous === null))
        this.#faults.add("chain_broken", `block ${number} does not begin the chain`, number);
      return;
    }
    if (block.previous?.equals(this.last.hash) !== true || block.chain !== this.last.chain)
      this.#faults.add("chain_broken", `block ${number} does not follow block ${this.last.number}`, number);
    const start = behind(this.last);
    if (start.floor !== block.floor || !same(start.after, block.after))
      this.#faults.add("coverage_broken", `block ${number} does not begin where block ${this.last.number} ended`, number);
  }
}

function same(one: Position, other: Position): boolean {
  return one.transaction === other.transaction && one.id === other.id;
}
