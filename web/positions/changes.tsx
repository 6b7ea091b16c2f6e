import { Link } from "@tanstack/react-router";
import { AccountEnd } from "../kit/account-name.tsx";
import { addDays } from "../kit/days.ts";
import { absolute, compareAmounts, isZero, shareForDrawing, subtractAmounts } from "../kit/decimal.ts";
import { Figure } from "../kit/figure.tsx";
import { Resolve } from "../kit/notice.tsx";
import { amountOn } from "./figures.ts";
import { usePosition, usePositionHistory } from "./queries.ts";

/** Which accounts moved since the last close, each within its own currency. */
export function Changes({ day, close }: { readonly day: string; readonly close: string }) {
  const history = usePositionHistory("account", addDays(close, -4), day);
  const position = usePosition("account");
  const names = new Map(position.data?.groups.flatMap((group) => group.accounts).map((account) => [account.accountId, account]) ?? []);
  return (
    <section className="panel" aria-label="What changed since the last close">
      <div className="panel-head">
        <h2>What changed since {close}</h2>
      </div>
      <Resolve of={history} lines={4}>
        {({ series }) => {
          const moves = series
            .map(({ key, label, currency, points }) => {
              const now = points.at(-1)?.amount ?? "0";
              const before = amountOn({ key, label, currency, points }, close) ?? "0";
              return { key, label, currency, change: subtractAmounts(now, before), before };
            })
            .filter(({ change }) => !isZero(change));
          const sorted = moves
            .map((move) => ({ ...move, share: Math.min(999, shareForDrawing(move.change, move.before)) }))
            .toSorted((a, b) => b.share - a.share || compareAmounts(absolute(b.change), absolute(a.change)));
          if (sorted.length === 0) return <p className="quiet muted">Nothing has moved since the close of {close}.</p>;
          return (
            <table className="sheet">
              <tbody>
                {sorted.slice(0, 8).map((move) => {
                  const account = names.get(move.key);
                  return (
                    <tr key={`${move.key}-${move.currency}`}>
                      <td>
                        <Link to="/accounts/$accountId" params={{ accountId: move.key }} className="link">
                          {account?.name ?? move.label}
                        </Link>
                        {account === undefined ? null : (
                          <>
                            {" "}
                            <AccountEnd name={account.name} last4={account.last4} />
                          </>
                        )}
                      </td>
                      <td className="right">
                        <Figure amount={move.change} currency={move.currency} change withCurrency />
                      </td>
                      <td className="right muted">{isZero(move.before) ? "new" : `${move.share.toFixed(1)} %`}</td>
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
