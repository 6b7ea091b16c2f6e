import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { PositionGroup } from "../../src/positions/contract.ts";
import { addDays } from "../kit/days.ts";
import { absolute, addAmounts, compareAmounts, shareForDrawing } from "../kit/decimal.ts";
import { Figure } from "../kit/figure.tsx";
import { Resolve } from "../kit/notice.tsx";
import { CompositionBar, Legend, StateMark, stateOfGroup } from "../kit/state.tsx";
import { groupProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";
import { changeSince, seriesOf } from "./figures.ts";
import { usePosition, usePositionHistory } from "./queries.ts";

/** Where the money lies: by bank or by company, one line for each currency held there. */
export function Breakdown({ day, close }: { readonly day: string; readonly close: string }) {
  const { openProof } = useView();
  const [by, setBy] = useState<"bank" | "entity">("bank");
  const position = usePosition(by);
  const history = usePositionHistory(by, addDays(close, -4), day);
  return (
    <section className="panel" aria-label="Where the money lies">
      <div className="panel-head">
        <h2>Where the money lies</h2>
        <span className="spacer" />
        <Legend marks={["sealed", "provisional", "unproven", "stale"]} />
        <SegmentedControl
          className="no-print"
          size="xs"
          aria-label="Group by"
          value={by}
          onChange={(next) => setBy(next === "entity" ? "entity" : "bank")}
          data={[
            { value: "bank", label: "Bank" },
            { value: "entity", label: "Company" },
          ]}
        />
      </div>
      <Resolve of={position}>
        {({ groups }) => {
          const rows = ordered(groups);
          return (
            <table className="sheet">
              <thead>
                <tr>
                  <th>{by === "bank" ? "Bank" : "Company"}</th>
                  <th>Currency</th>
                  <th className="right">Position</th>
                  <th className="right">Since {close}</th>
                  <th>Share of currency</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((group, index) => {
                  const moved = changeSince(seriesOf(history.data, group.key, group.currency), group.amount, close);
                  return (
                    <tr key={`${group.key}-${group.currency}`}>
                      <td className="place" title={group.label}>
                        {rows[index - 1]?.label === group.label ? "" : group.label}
                      </td>
                      <td>
                        <span className="state">
                          {group.currency}
                          {group.stale ? <StateMark mark="late" word="stale" /> : null}
                        </span>
                      </td>
                      <td className="right">
                        <Figure
                          amount={group.amount}
                          currency={group.currency}
                          state={stateOfGroup(group)}
                          label={`${group.label} in ${group.currency}`}
                          onProof={() => openProof(groupProof(by, group.currency, group.key))}
                        />
                      </td>
                      <td className="right">{moved === null ? "" : <Figure amount={moved} currency={group.currency} change />}</td>
                      <td className="share">
                        <div style={{ width: `${Math.max(1, shareForDrawing(group.amount, grossOf(groups, group.currency)))}%` }}>
                          <CompositionBar composition={group.composition} currency={group.currency} />
                        </div>
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          );
        }}
      </Resolve>
    </section>
  );
}

function ordered(groups: readonly PositionGroup[]): PositionGroup[] {
  return groups.toSorted((a, b) => a.label.localeCompare(b.label) || a.currency.localeCompare(b.currency));
}

/** Debts and credits both count, so that an overdraft shows its size. */
function grossOf(groups: readonly PositionGroup[], currency: string): string {
  const amounts = groups.filter((group) => group.currency === currency).map(({ amount }) => absolute(amount));
  return amounts.toSorted(compareAmounts).reduce(addAmounts, "0");
}
