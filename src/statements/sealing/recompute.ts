import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";
import { type ChainLink, chain } from "./chain.ts";
import { closingBefore, linksFrom, numbersSeen } from "./queries.ts";

/**
 * The seal that a day's entries make as they are stored now: equal to the stored seal unless a row was changed behind its back.
 * @returns 64 hexadecimal digits, or "" when the day would not be sealed any more
 */
export async function recomputedSeal(tx: TenantTransaction, accountId: string, day: Day): Promise<string> {
  const [account] = await rows<{ last_four: string; currency: string; sequence_checked: boolean }>(
    tx,
    "select last_four, currency, sequence_checked from cash_management.cm_cash_accounts where tenant_id = $1 and id = $2",
    [tx.tenantId, accountId],
  );
  if (account === undefined) return "";
  const { links, before } = await linksOfDay(tx, accountId, day);
  const fresh = await Promise.all(links.map((link) => recounted(tx, accountId, link)));
  const closings = chain(
    {
      lastFour: account.last_four,
      currency: account.currency,
      sequenceChecked: account.sequence_checked,
      numbersSeen: await numbersSeen(tx, accountId, day),
    },
    fresh,
    before,
  );
  return closings.find((closing) => closing.day === day)?.sealHash ?? "";
}

/** The links that make the closing of a day: those of the day, and earlier ones that reach into it. */
async function linksOfDay(tx: TenantTransaction, accountId: string, day: Day) {
  let start = day;
  for (;;) {
    const links = (await linksFrom(tx, accountId, start)).filter((link) => link.day <= day);
    const reaching = links.filter((link) => link.day === day || link.periodTo === day);
    const first = reaching.reduce((least, link) => (link.day < least ? link.day : least), start);
    if (first === start) return { links: links.filter((link) => link.day >= start), before: await closingBefore(tx, accountId, start) };
    start = first;
  }
}

async function recounted(tx: TenantTransaction, accountId: string, link: ChainLink): Promise<ChainLink> {
  const [row] = await rows<{ entries: number; credits: string; debits: string; entries_hash: string }>(
    tx,
    `select
       count(*)::int as entries,
       coalesce(sum(amount_minor) filter (where amount_minor > 0), 0)::text as credits,
       coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0)::text as debits,
       encode(sha256(convert_to(coalesce(string_agg(fingerprint::text, ',' order by fingerprint), ''), 'UTF8')), 'hex') as entries_hash
     from cash_management.cm_bank_transactions
     where tenant_id = $1 and account_id = $2 and statement_id = $3 and ledger_day = $4 and booking_date between $4::date - 62 and $4::date + 62
       and state = 'booked' and superseded_at is null`,
    [tx.tenantId, accountId, link.statementId, link.day],
  );
  if (row === undefined) return link;
  return { ...link, entries: row.entries, credits: BigInt(row.credits), debits: BigInt(row.debits), entriesHash: row.entries_hash };
}
