import type { RuleTrial } from "../../src/categories/contract.ts";
import { Figure } from "../kit/figure.tsx";
import { formatCount } from "../kit/money.ts";

/** What a rule would do: how many, how much, from what to what, and examples. */
export function Trial({ of: trial }: { readonly of: RuleTrial }) {
  const changed = trial.changes.reduce((sum, { count }) => sum + count, 0);
  return (
    <div className="trial" role="status" aria-label="Trial on history">
      <p className="mono">{trial.words}</p>
      <div className="trial-facts">
        <span>
          holds for <strong>{formatCount(trial.holds)}</strong> of {formatCount(trial.examined)} entries, {trial.from ?? "–"} to{" "}
          {trial.to ?? "–"}
        </span>
        <span>
          decides <strong>{formatCount(trial.decides)}</strong>
        </span>
        <span>
          would change <strong>{formatCount(changed)}</strong>
        </span>
        {trial.before > 0 ? <span>{formatCount(trial.before)} belong to a rule before it</span> : null}
        {trial.locked > 0 ? <span>{formatCount(trial.locked)} were decided by a person and stay</span> : null}
      </div>
      <div className="trial-facts">
        {trial.sums.map((sum) => (
          <span key={sum.currency}>
            {sum.currency} in <Figure amount={sum.credits} currency={sum.currency} /> out{" "}
            <Figure amount={sum.debits} currency={sum.currency} />
          </span>
        ))}
        {trial.changes.slice(0, 8).map((change) => (
          <span key={`${change.from} ${change.to}`} className="muted">
            {change.from ?? "uncategorised"} → {change.to ?? "uncategorised"}: {formatCount(change.count)}
          </span>
        ))}
      </div>
      {trial.examples.length === 0 ? null : (
        <table className="sheet" aria-label="Examples">
          <thead>
            <tr>
              <th>Day</th>
              <th>Counterparty and text</th>
              <th>Now</th>
              <th>Then</th>
              <th className="right">Amount</th>
            </tr>
          </thead>
          <tbody>
            {trial.examples.map((one) => (
              <tr key={one.id}>
                <td>{one.day}</td>
                <td>{one.text}</td>
                <td className="muted">{one.before ?? "–"}</td>
                <td>{one.after ?? "–"}</td>
                <td className="right">
                  <Figure amount={one.amount} currency={one.currency} withCurrency />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
