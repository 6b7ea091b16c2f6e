import type { Proof, ProofStep } from "../accounts/contract.ts";
import { Problem } from "../errors/problem.ts";
import { exponentOf, minorText } from "../money/money.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { deliveryById } from "../statements/deliveries.ts";
import { entriesOfStatement } from "../statements/entries.ts";
import { recomputedSeal } from "../statements/sealing/recompute.ts";
import { balancesOf, type DaySealRow, daySealOf, getStatement, selectClosings } from "../statements/statements.ts";
import type { Day } from "../time/day.ts";
import { figureOf, stateOf, total } from "./figure.ts";
import { partsOf } from "./position.ts";
import { type AnchoredAccount, anchoredAccounts } from "./queries.ts";

export interface ProofOptions {
  readonly day: Day;
  readonly knownAt?: string | undefined;
  readonly basis?: "booking" | "value" | undefined;
  /** Entries to show of the statement. */
  readonly entries?: number;
}

/**
 * From a figure down to the bytes: the closing it stands on, the seal of that closing reckoned again from the entries as they are
 * stored now, the statement that stated it, and the file it came in.
 * @throws Problem `not_found`
 */
export async function proveFigure(
  tx: TenantTransaction,
  accountId: string,
  options: ProofOptions,
): Promise<Proof & { nextEntry: readonly string[] | null }> {
  const { day } = options;
  const knownAt = options.knownAt ?? null;
  const [account] = await anchoredAccounts(tx, day, knownAt, options.basis === "value", accountId);
  if (account === undefined)
    throw new Problem("not_found", `there is no account ${accountId}`, { hint: "List them: GET /api/v1/accounts" });
  const parts = partsOf(account);
  const closing = account.closing_id === null ? null : await closingById(tx, account.closing_id);
  const detail = closing === null ? null : await getStatement(tx, closing.statement_id);
  const shown = options.entries ?? 50;
  const entries = detail === null ? [] : await entriesOfStatement(tx, detail.statement.id, { limit: shown + 1, after: null });
  const recomputed = closing === null || closing.hash === null ? null : await recomputedSeal(tx, accountId, closing.day);
  return {
    accountId,
    accountName: account.name,
    accountLast4: account.last_four,
    currency: account.currency,
    day,
    knownAt: knownAt ?? new Date().toISOString(),
    amount: minorText(total(figureOf(parts)), exponentOf(account.currency)),
    state: stateOf(parts, account.outside_through !== null),
    steps: stepsOf(account, day),
    seal: closing === null ? null : daySealOf(closing, account.currency),
    sealCheck: recomputed === null ? null : { recomputed, holds: recomputed === closing?.hash },
    statement: detail?.statement ?? null,
    balances: detail === null ? [] : await balancesOf(tx, detail.statement.id),
    problems: detail?.problems ?? [],
    delivery: detail === null ? null : await deliveryById(tx, detail.statement.deliveryId),
    entries: { items: entries.slice(0, shown).map(({ item }) => item), next: null },
    nextEntry: entries.length > shown ? (entries[shown - 1]?.key ?? null) : null,
  };
}

async function closingById(tx: TenantTransaction, id: string): Promise<(DaySealRow & { statement_id: string }) | null> {
  const [row] = await rows<DaySealRow & { statement_id: string }>(
    tx,
    `${selectClosings.replace("select c.id,", "select c.statement_id, c.id,")} where c.tenant_id = $1 and c.id = $2`,
    [tx.tenantId, id],
  );
  return row ?? null;
}

function stepsOf(account: AnchoredAccount, day: Day): ProofStep[] {
  const text = (minor: bigint) => minorText(minor, exponentOf(account.currency));
  const parts = partsOf(account);
  const steps: ProofStep[] = [];
  if (parts.closing !== null)
    steps.push({ label: "Closing balance stated by the bank", kind: "anchor", day: account.closing_day, amount: text(parts.closing) });
  if (parts.unproven !== 0n)
    steps.push({
      label: "Booked since, in statements without balances",
      kind: "moved",
      day: account.outside_through,
      amount: text(parts.unproven),
    });
  if (parts.provisional !== 0n)
    steps.push({ label: "Reported within the day", kind: "provisional", day: account.outside_through, amount: text(parts.provisional) });
  if (parts.shifted !== 0n)
    steps.push({ label: "Booked on one side of the day, valued on the other", kind: "moved", day, amount: text(parts.shifted) });
  steps.push({ label: "Position", kind: "result", day, amount: text(total(figureOf(parts))) });
  return steps;
}
