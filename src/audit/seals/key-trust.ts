import { isStatementOf, type KeyStatement, readStatement, type SignedStatement } from "./key-statement.ts";
import type { TrustedKey } from "./signing-key.ts";

/** A key and the blocks it may have signed. */
export interface KeyInForce extends TrustedKey {
  /** The first block it may have signed. */
  readonly from: bigint;
  /** The last one; null while nothing replaced it. */
  readonly until: bigint | null;
  /** How it came to be trusted; null for a key that was given. */
  readonly by: KeyStatement | null;
}

export interface Trust {
  readonly keys: ReadonlyMap<string, KeyInForce>;
  /** Statements that are taken: endorsements by a trusted key, and breaks whose new key was given. */
  readonly taken: readonly KeyStatement[];
  /** That is no statement, or whose signature does not hold. */
  readonly rejected: readonly SignedStatement[];
  /** That nobody who is trusted signed. */
  readonly unfollowed: readonly KeyStatement[];
}

/**
 * Follows endorsements from the keys that are given: a key is trusted when a trusted one signed that it replaces it. A lost key can endorse
 * nobody: the statement of such a break is taken only when its new key was given too. What a key signed outside of its blocks is not
 * its own any more: a key that was replaced because it was stolen signs nothing behind that.
 */
export function trustOf(given: readonly TrustedKey[], signed: readonly SignedStatement[], chain: string | null = null): Trust {
  const keys = new Map<string, KeyInForce>(given.map((key) => [key.id, { ...key, from: 1n, until: null, by: null }]));
  const isGiven = new Set(given.map(({ id }) => id));
  const taken: KeyStatement[] = [];
  const rejected: SignedStatement[] = [];
  let waiting = signed.flatMap((one) => {
    const statement = readStatement(one);
    if (statement !== null && (chain === null || statement.chain === chain)) return [{ one, statement }];
    rejected.push(one);
    return [];
  });
  for (let grew = true; grew; ) {
    grew = false;
    const left: typeof waiting = [];
    for (const each of waiting) {
      const { one, statement } = each;
      const signer = statement.endorsed
        ? keys.get(statement.replaces)
        : isGiven.has(statement.key.id)
          ? keys.get(statement.key.id)
          : undefined;
      if (signer === undefined) {
        left.push(each);
        continue;
      }
      // A key endorses one successor: whoever steals it later cannot name another.
      const replaced = keys.get(statement.replaces);
      if (!isStatementOf(one, signer.publicKey) || (replaced?.until ?? null) !== null) {
        rejected.push(one);
        continue;
      }
      grew = true;
      taken.push(statement);
      if (replaced !== undefined) keys.set(replaced.id, { ...replaced, until: statement.after.number });
      keys.set(statement.key.id, {
        ...statement.key,
        from: statement.after.number + 1n,
        until: keys.get(statement.key.id)?.until ?? null,
        by: statement,
      });
    }
    waiting = left;
  }
  return { keys, taken, rejected, unfollowed: waiting.map(({ statement }) => statement) };
}

export function covers(key: KeyInForce, block: bigint): boolean {
  return block >= key.from && (key.until === null || block <= key.until);
}
