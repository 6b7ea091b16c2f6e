import type { Comparison } from "./compare.ts";

export const noComparison: Comparison = { accountDays: 0, told: 0, sealed: 0, entries: 0, wrong: [], lost: 0, doubled: 0, faults: {} };

export function addComparison(a: Comparison, b: Comparison): Comparison {
  const faults: Record<string, { days: number; wrong: number }> = {};
  for (const [fault, { days, wrong }] of [...Object.entries(a.faults), ...Object.entries(b.faults)]) {
    const known = faults[fault] ?? { days: 0, wrong: 0 };
    faults[fault] = { days: known.days + days, wrong: known.wrong + wrong };
  }
  return {
    accountDays: a.accountDays + b.accountDays,
    told: a.told + b.told,
    sealed: a.sealed + b.sealed,
    entries: a.entries + b.entries,
    wrong: [...a.wrong, ...b.wrong],
    lost: a.lost + b.lost,
    doubled: a.doubled + b.doubled,
    faults,
  };
}

/** The report as a person reads it. */
export function comparisonText(found: Comparison): string {
  const figures: readonly (readonly [string, number])[] = [
    ["account-days checked", found.accountDays],
    ["  told whole, with balances", found.told],
    ["  sealed", found.sealed],
    ["entries", found.entries],
    ["wrong account-days", new Set(found.wrong.map(({ account, day }) => `${account} ${day}`)).size],
    ["entries lost", found.lost],
    ["entries doubled", found.doubled],
  ];
  const faults = Object.entries(found.faults).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...figures.map(([name, figure]) => `${name.padEnd(29)}${figure.toLocaleString("en").padStart(9)}`),
    "",
    `${"fault".padEnd(18)}${"account-days".padStart(14)}${"wrong".padStart(8)}`,
    ...faults.map(([name, { days, wrong }]) => `${name.padEnd(18)}${days.toLocaleString("en").padStart(14)}${String(wrong).padStart(8)}`),
    ...found.wrong
      .slice(0, 50)
      .map(({ account, day, what, faults: planted }) => `wrong: ${account} ${day}: ${what} (${planted.join(", ")})`),
    ...(found.wrong.length > 50 ? [`… and ${found.wrong.length - 50} more`] : []),
  ].join("\n");
}
