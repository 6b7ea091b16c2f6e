import { useMemo } from "react";
import type { PositionGroup, PositionHistory } from "../../src/positions/contract.ts";
import { compareAmounts } from "../kit/decimal.ts";
import { Figure } from "../kit/figure.tsx";
import { CompositionBar, stateOfGroup } from "../kit/state.tsx";
import { groupProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";
import { Course } from "./course.tsx";
import { changeSince, coursePoints, seriesOf } from "./figures.ts";

interface CardProps {
  readonly group: PositionGroup;
  readonly history: PositionHistory | undefined;
  /** The close that the change is counted from. */
  readonly close: string;
}

/** One currency: the figure, what it is made of, what changed since the last close, and its course. */
export function CurrencyCard({ group, history, close }: CardProps) {
  const { openProof, change } = useView();
  const series = seriesOf(history, group.key, group.currency);
  const points = useMemo(() => coursePoints(series), [series]);
  const moved = changeSince(series, group.amount, close);
  const lowest = points.reduce<(typeof points)[number] | null>(
    (low, point) => (low === null || compareAmounts(point.amount, low.amount) < 0 ? point : low),
    null,
  );
  return (
    <article className="panel card" aria-label={`Position in ${group.currency}`}>
      <div className="card-head">
        {group.currency}
        <span className="muted" style={{ fontWeight: 400, fontSize: 12 }}>
          {group.accounts.length} {group.accounts.length === 1 ? "account" : "accounts"}
          {group.stale ? " · stale" : ""}
        </span>
      </div>
      <div className="card-figure">
        <Figure
          amount={group.amount}
          currency={group.currency}
          state={stateOfGroup(group)}
          label={`Position in ${group.currency}`}
          onProof={() => openProof(groupProof("currency", group.currency, group.key))}
        />
      </div>
      <div className="card-composition">
        <CompositionBar composition={group.composition} currency={group.currency} />
      </div>
      <dl className="card-facts">
        <dt>since the close of {close}</dt>
        <dd>{moved === null ? "no close then" : <Figure amount={moved} currency={group.currency} change />}</dd>
        <dt>{lowest === null ? "lowest" : `lowest, ${lowest.day}`}</dt>
        <dd>{lowest === null ? "" : <Figure amount={lowest.amount} currency={group.currency} />}</dd>
      </dl>
      <Course points={points} currency={group.currency} name="the position" group="cockpit" onDay={(day) => change({ asOf: day })} />
    </article>
  );
}
