import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useCategoryFlows } from "../categories/queries.ts";
import { addDays } from "../kit/days.ts";
import { Figure } from "../kit/figure.tsx";
import { Empty, Resolve } from "../kit/notice.tsx";
import { useView } from "../shell/view.ts";

/** What the money came from and went to, by liquidity item; what nobody has categorised is a line too. */
export function FlowsByCategory({ day }: { readonly day: string }) {
  const { view } = useView();
  const [span, setSpan] = useState("28");
  const flows = useCategoryFlows(addDays(day, 1 - Number(span)), day, view.knownAt);
  return (
    <section className="panel" aria-label="Flows by category">
      <div className="panel-head">
        <h2>Flows by category</h2>
        <span className="muted">booked, until {day}</span>
        <span className="spacer" />
        <SegmentedControl
          className="no-print"
          size="xs"
          aria-label="Over how many weeks"
          value={span}
          onChange={setSpan}
          data={[
            { value: "7", label: "1 week" },
            { value: "28", label: "4 weeks" },
            { value: "91", label: "13 weeks" },
          ]}
        />
      </div>
      <Resolve of={flows}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="filter" title="Nothing was booked in this time">
              Choose a longer span, or a later day above.
            </Empty>
          ) : (
            <table className="sheet">
              <thead>
                <tr>
                  <th>Category</th>
                  <th>Currency</th>
                  <th className="right">Entries</th>
                  <th className="right">In</th>
                  <th className="right">Out</th>
                  <th className="right">Net</th>
                </tr>
              </thead>
              <tbody>
                {items.map((one) => (
                  <tr key={`${one.currency} ${one.category}`}>
                    <td className="place" title={one.category ?? undefined}>
                      {one.name ?? one.category ?? <em className="muted">uncategorised</em>}
                    </td>
                    <td>{one.currency}</td>
                    <td className="right">{one.count}</td>
                    <td className="right">
                      <Figure amount={one.credits} currency={one.currency} />
                    </td>
                    <td className="right">
                      <Figure amount={one.debits} currency={one.currency} />
                    </td>
                    <td className="right">
                      <Figure amount={one.net} currency={one.currency} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Resolve>
    </section>
  );
}
