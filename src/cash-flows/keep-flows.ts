import type { Guarded } from "../access/approvals/approvals.ts";
import { guardedWrite } from "../access/approvals/guarded-write.ts";
import { getAccount } from "../accounts/accounts.ts";
import { Problem } from "../errors/problem.ts";
import { parseMoney } from "../money/money.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { dayId } from "../statements/posting/day-id.ts";
import { parseDay } from "../time/day.ts";
import { getFlow } from "./cash-flows.ts";
import type { CashFlow, NewCashFlow } from "./contract.ts";

/**
 * Enters a flow by hand: what somebody knows and no bank has said yet. A four-eyes rule on cash_flow may want another person, from its
 * amount on.
 * @throws Problem `not_found`, `invalid_amount`, `invalid_input`
 */
export async function enterFlow(tx: TenantTransaction, wanted: NewCashFlow): Promise<Guarded<CashFlow>> {
  const { currency } = await getAccount(tx, wanted.accountId);
  const { minor } = parseMoney(wanted.amount, currency);
  if (minor === 0n) throw new Problem("invalid_input", "a flow moves money: its amount is not zero", { hint: "Negative is money out." });
  const day = parseDay(wanted.day);
  return guardedWrite(tx, { input: { enter: wanted } }, async () => {
    const id = dayId(day);
    await tx.query(
      `insert into cash_management.cm_cash_flows (tenant_id, id, account_id, amount_minor, currency, transaction_date, value_date, certainty,
         category, counterparty, description, source)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'manual')`,
      [
        ...[tx.tenantId, id, wanted.accountId, minor.toString(), currency, day, wanted.valueDate ?? day, wanted.certainty ?? 30],
        ...[wanted.category ?? null, wanted.counterparty ?? null, wanted.text ?? null],
      ],
    );
    return getFlow(tx, id);
  });
}

/**
 * Takes back a flow that was entered by hand. What a bank has booked is taken back by nobody.
 * @throws Problem `not_found`, `conflict`
 */
export async function takeBackFlow(tx: TenantTransaction, id: string): Promise<Guarded<CashFlow>> {
  const flow = await getFlow(tx, id);
  if (flow.source !== "manual")
    throw new Problem("conflict", "this flow was not entered by hand", {
      hint: "What a statement brought is corrected by the bank's next statement.",
    });
  return guardedWrite(tx, { input: { takeBack: id } }, async () => {
    const [undone] = await rows<{ id: string }>(
      tx,
      `update cash_management.cm_cash_flows
       set superseded_at = clock_timestamp()
       where tenant_id = $1 and id = $2 and transaction_date = $3 and superseded_at is null
       returning id`,
      [tx.tenantId, id, flow.day],
    );
    if (undone === undefined) throw new Problem("conflict", `the flow ${id} was taken back already`);
    return flow;
  });
}

/** Carries out an approved cash_flow: whatever was asked for, again. */
export async function carryOutFlow(tx: TenantTransaction, _request: unknown, input: unknown): Promise<void> {
  const asked = input as { enter?: NewCashFlow; takeBack?: string } | null;
  if (asked?.enter !== undefined) await enterFlow(tx, asked.enter);
  if (asked?.takeBack !== undefined) await takeBackFlow(tx, asked.takeBack);
}
