import { v7 as uuidv7 } from "uuid";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";
import { type ChainAccount, type ChainLink, type Closing, chain } from "./chain.ts";
import { closingBefore, closingsFrom, insertClosings, linksFrom, numbersSeen, projectBalance, supersedeClosings } from "./queries.ts";

/**
 * Chains the days of an account again from a day on. What comes out the same stays; what changed is superseded, never overwritten.
 * Must hold the account's lock (posting takes it).
 */
export async function sealAccount(
  tx: TenantTransaction,
  account: ChainAccount & { id: string },
  from: Day,
  recordedAt: string,
): Promise<void> {
  const { links, start } = await affectedLinks(tx, account.id, from);
  const before = await closingBefore(tx, account.id, start);
  const now = chain({ ...account, numbersSeen: await numbersSeen(tx, account.id, start) }, links, before);
  const then = new Map((await closingsFrom(tx, account.id, start)).map((closing) => [closing.day, closing]));
  const news: (Closing & { id: string })[] = [];
  for (const closing of now) {
    const old = then.get(closing.day);
    if (old !== undefined && sameClosing(old, closing)) then.delete(closing.day);
    else news.push({ ...closing, id: uuidv7() });
  }
  await supersedeClosings(
    tx,
    [...then.values()].map((closing) => closing.id),
    recordedAt,
  );
  await insertClosings(tx, account.id, news, recordedAt);
  await projectBalance(tx, account.id);
}

/** A statement that reaches the day may begin before it: go back until no statement is cut. */
async function affectedLinks(tx: TenantTransaction, accountId: string, from: Day): Promise<{ links: ChainLink[]; start: Day }> {
  let start = from;
  for (;;) {
    const links = await linksFrom(tx, accountId, start);
    const first = links.reduce((least, link) => (link.day < least ? link.day : least), start);
    if (first === start) return { links, start };
    start = first;
  }
}

function sameClosing(a: Closing, b: Closing): boolean {
  return (
    a.state === b.state &&
    a.reason === b.reason &&
    a.link === b.link &&
    a.sealHash === b.sealHash &&
    a.statementId === b.statementId &&
    a.opening === b.opening &&
    a.closing === b.closing &&
    a.difference === b.difference &&
    a.entriesHash === b.entriesHash
  );
}
