import type { Position, PositionAccount, PositionState } from "../../src/positions/contract.ts";
import type { Cells } from "../kit/export.ts";
import { groupBy, sumOf } from "./figures.ts";

export const arrangements = ["entity", "bank", "currency"] as const;
export type Arrangement = (typeof arrangements)[number];

/** The worksheet as a flat list of lines, so that ten thousand of them can be drawn a screenful at a time. */
export type SheetRow =
  | { readonly kind: "group"; readonly key: string; readonly name: string; readonly count: number }
  | { readonly kind: "account"; readonly key: string; readonly account: PositionAccount }
  | { readonly kind: "subtotal" | "total"; readonly key: string; readonly name: string; readonly sums: Sums };

export interface Sums {
  readonly currency: string;
  readonly accounts: number;
  /** Null while no account of the sum has a closing. */
  readonly anchor: string | null;
  readonly moved: string;
  readonly provisional: string;
  readonly position: string;
  /** As weak as its weakest account. */
  readonly state: PositionState;
}

export function accountsOf(position: Position): PositionAccount[] {
  return position.groups.flatMap((group) => group.accounts);
}

/** Every word typed must occur somewhere in the account's names, number, currency or state. */
export function filtered(accounts: readonly PositionAccount[], text: string): PositionAccount[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return accounts.filter(({ name, last4, bank, entity, currency, state, stale }) => {
    const haystack = `${name} ${last4} ${bank} ${entity} ${currency} ${state} ${stale ? "stale" : ""}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

/** Company → bank → account, or bank, or currency at the top; sums only ever within one currency. */
export function sheetRows(accounts: readonly PositionAccount[], by: Arrangement): SheetRow[] {
  const tops = new Map<string, PositionAccount[]>();
  for (const account of accounts) {
    const members = tops.get(nameIn(account, by));
    if (members === undefined) tops.set(nameIn(account, by), [account]);
    else members.push(account);
  }
  const rows: SheetRow[] = [];
  for (const [name, members] of [...tops].toSorted(([a], [b]) => a.localeCompare(b))) {
    rows.push({ kind: "group", key: `group ${name}`, name, count: members.length });
    const sorted = members.toSorted(
      (a, b) => (by === "bank" ? 0 : a.bank.localeCompare(b.bank)) || a.currency.localeCompare(b.currency) || a.name.localeCompare(b.name),
    );
    rows.push(...sorted.map((account): SheetRow => ({ kind: "account", key: account.accountId, account })));
    // The sum of one account says nothing new.
    for (const group of groupBy(members, () => name).filter((group) => group.accounts.length > 1))
      rows.push({ kind: "subtotal", key: `sum ${name} ${group.currency}`, name, sums: sums(group.currency, group.accounts) });
  }
  return rows;
}

/** Accounts that no master data names yet stand together, under words instead of a blank. */
function nameIn(account: PositionAccount, by: Arrangement): string {
  const names = { entity: account.entity || "Without company", bank: account.bank || "Without bank", currency: account.currency };
  return names[by];
}

export function totals(accounts: readonly PositionAccount[]): Sums[] {
  return groupBy(accounts, () => "")
    .map((group) => sums(group.currency, group.accounts))
    .toSorted((a, b) => a.currency.localeCompare(b.currency));
}

export function sheetCells(accounts: readonly PositionAccount[]): Cells {
  const header = [
    "Company",
    "Bank",
    "Account",
    "Number ends",
    "Currency",
    "Prior closing",
    "Closing of",
    "Moved since",
    "Provisional",
    "Position",
    "State",
    "Stale since",
  ];
  return [
    header,
    ...accounts.map((a) => [
      a.entity,
      a.bank,
      a.name,
      a.last4,
      a.currency,
      a.anchorAmount,
      a.anchorDay,
      a.movedSince,
      a.provisional,
      a.amount,
      a.state,
      a.stale ? (a.staleSince ?? "stale") : null,
    ]),
  ];
}

function sums(currency: string, accounts: readonly PositionAccount[]): Sums {
  return {
    currency,
    accounts: accounts.length,
    anchor: accounts.some(({ anchorAmount }) => anchorAmount !== null) ? sumOf(accounts, ({ anchorAmount }) => anchorAmount) : null,
    moved: sumOf(accounts, ({ movedSince }) => movedSince),
    provisional: sumOf(accounts, ({ provisional }) => provisional),
    position: sumOf(accounts, ({ amount }) => amount),
    state: weakest(accounts.map(({ state }) => state)),
  };
}

function weakest(states: readonly PositionState[]): PositionState {
  return (["unproven", "provisional", "sealed"] as const).find((state) => states.includes(state)) ?? "empty";
}
