import { Link } from "@tanstack/react-router";
import type { CashFlow } from "../../src/cash-flows/contract.ts";
import { addDays } from "../kit/days.ts";
import { absolute, compareAmounts } from "../kit/decimal.ts";
import { Figure } from "../kit/figure.tsx";
import { Resolve } from "../kit/notice.tsx";
import { accountProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";
import { useFlows } from "./queries.ts";

const perCurrency = 3;

/** What moved most since the last close, as known now: the largest flows of each currency, because amounts of two cannot be ranked. */
export function Movements({ day, close }: { readonly day: string; readonly close: string }) {
  const { openProof } = useView();
  const flows = useFlows(addDays(close, 1), day);
  return (
    <section className="panel" aria-label="Largest movements">
      <div className="panel-head">
        <h2>Largest movements since {close}</h2>
      </div>
      <Resolve of={flows} lines={4}>
        {(page) => {
          const rows = largest(page.items);
          if (rows.length === 0) return <p className="quiet muted">No entry is dated after {close}.</p>;
          return (
            <table className="sheet">
              <tbody>
                {rows.map((flow) => (
                  <tr key={flow.id}>
                    <td className="nowrap">{flow.day}</td>
                    <td className="place wide" title={flow.text ?? undefined}>
                      {flow.counterparty ?? flow.text ?? flow.category ?? "no text"}
                    </td>
                    <td className="place">
                      <Link to="/accounts/$accountId" params={{ accountId: flow.accountId }} className="link">
                        {flow.accountName}
                      </Link>
                    </td>
                    <td className="right">
                      <Figure
                        amount={flow.amount}
                        currency={flow.currency}
                        withCurrency
                        state={flow.certainty >= 90 ? undefined : "provisional"}
                        label={`Movement of ${flow.accountName} on ${flow.day}`}
                        onProof={() => openProof(accountProof(flow.accountId), flow.day)}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          );
        }}
      </Resolve>
      {flows.data === undefined || flows.data.next === null ? null : <p className="quiet muted">Among the newest 500 entries.</p>}
    </section>
  );
}

function largest(flows: readonly CashFlow[]): CashFlow[] {
  const currencies = [...new Set(flows.map(({ currency }) => currency))].toSorted();
  return currencies.flatMap((currency) =>
    flows
      .filter((flow) => flow.currency === currency)
      .toSorted((a, b) => compareAmounts(absolute(b.amount), absolute(a.amount)))
      .slice(0, perCurrency),
  );
}
