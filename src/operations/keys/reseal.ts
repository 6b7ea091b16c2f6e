import { createHash } from "node:crypto";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import { sealHash } from "../../statements/sealing/chain.ts";
import type { Day } from "../../time/day.ts";

interface Account {
  readonly id: string;
  readonly number: string;
  readonly lastFour: string;
  readonly currency: string;
}

interface ClosingRow {
  id: string;
  day: Day;
  opening: string;
  closing: string;
  credits: string;
  debits: string;
  entries: number;
  entries_hash: string;
  previous_hash: string | null;
  seal_hash: string | null;
}

/**
 * Makes seals of the form apg-seal-1 anew in the form apg-seal-2: the same day, chained to the same day before. A seal that did not
 * hold is left as it is, and so still does not.
 */
export async function resealAccounts(tx: TenantTransaction, accounts: readonly Account[]): Promise<void> {
  for (const account of accounts) {
    const closings = await rows<ClosingRow>(
      tx,
      `select id, day, opening_minor::text as opening, closing_minor::text as closing, credits_minor::text as credits, debits_minor::text as debits,
         entry_count as entries, encode(entries_hash, 'hex') as entries_hash, encode(previous_hash, 'hex') as previous_hash,
         encode(seal_hash, 'hex') as seal_hash
       from cash_management.cm_day_closings
       where tenant_id = $1 and account_id = $2 and seal_hash is not null
       order by day, recorded_at`,
      [tx.tenantId, account.id],
    );
    const renewed = new Map<string, string>();
    const updates = closings.map((row) => renew(account, row, renewed));
    await tx.query(
      `update cash_management.cm_day_closings as c
       set seal_hash = decode(n.seal, 'hex'), previous_hash = decode(n.previous, 'hex')
       from unnest($2::uuid[], $3::text[], $4::text[]) as n (id, seal, previous)
       where c.tenant_id = $1 and c.id = n.id`,
      [tx.tenantId, updates.map(({ id }) => id), updates.map(({ seal }) => seal), updates.map(({ previous }) => previous)],
    );
  }
}

function renew(account: Account, row: ClosingRow, renewed: Map<string, string>): { id: string; seal: string; previous: string | null } {
  const old = row.seal_hash as string;
  const previous = row.previous_hash === null ? null : (renewed.get(row.previous_hash) ?? row.previous_hash);
  if (sealOfOld(account, row) !== old) return { id: row.id, seal: old, previous };
  const figures = {
    ...{ day: row.day, statementId: "", difference: 0n, entries: row.entries, entriesHash: row.entries_hash },
    ...{ opening: BigInt(row.opening), closing: BigInt(row.closing), credits: BigInt(row.credits), debits: BigInt(row.debits) },
  };
  const seal = sealHash(account, figures, previous);
  renewed.set(old, seal);
  return { id: row.id, seal, previous };
}

/** As docs/reference/seals.md described it until 2026-11: the second line was the whole account number. */
function sealOfOld({ number, currency }: Account, row: ClosingRow): string {
  const lines = ["apg-seal-1", number, currency, row.day, row.opening, row.closing, row.credits, row.debits, row.entries, row.entries_hash];
  return createHash("sha256")
    .update([...lines, row.previous_hash ?? "first"].join("\n"))
    .digest("hex");
}
