import type { StatementPreview } from "../../../src/statements/preview/contract.ts";
import { formatAmount, formatCount } from "../../kit/money.ts";

/** What would be imported, and whether it adds up. */
export function Sums({ preview }: { readonly preview: StatementPreview }) {
  const { statements, table } = preview;
  if (!preview.accepted)
    return (
      <section className="panel reading-sums" aria-label="Sums">
        <p className="quiet">The file cannot be read so. The reason is below; correct it above or in the columns.</p>
      </section>
    );
  return (
    <section className="panel reading-sums sheet-scroll" aria-label="Sums">
      <table className="sheet">
        <thead>
          <tr>
            <th>Account</th>
            <th>Ccy</th>
            <th>Days</th>
            <th className="right">Entries</th>
            <th className="right">Opening</th>
            <th className="right">In</th>
            <th className="right">Out</th>
            <th className="right">Closing</th>
            <th>Check</th>
          </tr>
        </thead>
        <tbody>
          {statements.map((one, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a file may name an account twice
            <tr key={at}>
              <td>{one.account === null ? <em className="muted">to be chosen</em> : `…${one.account}`}</td>
              <td>{one.currency ?? <em className="muted">?</em>}</td>
              <td className="nowrap">{one.from === one.to ? one.from : `${one.from} – ${one.to}`}</td>
              <td className="right">{formatCount(one.entries)}</td>
              <td className="right mono">{one.opening === null ? "–" : formatAmount(one.opening)}</td>
              <td className="right mono">{formatAmount(one.credits)}</td>
              <td className="right mono">{formatAmount(one.debits)}</td>
              <td className="right mono">{one.closing === null ? "–" : formatAmount(one.closing)}</td>
              <td className={`nowrap ${one.balanced === true ? "reading-ok" : one.balanced === false ? "reading-broken" : "muted"}`}>
                {one.balanced === true ? "adds up" : one.balanced === false ? "does not add up" : "no balances: unproven"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {table === null ? null : (
        <p className="quiet muted">
          {formatCount(table.counts.rows)} lines: {formatCount(table.counts.entries)} entries, {formatCount(table.counts.continuations)}{" "}
          that continue one, {formatCount(table.counts.passedOver)} passed over (totals, balances, notices)
        </p>
      )}
    </section>
  );
}
