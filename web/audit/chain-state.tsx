import { localMoment } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import { useSeals } from "./queries.ts";
import { lagOf, spanOf } from "./words.ts";

/** How far the trail is sealed: the last signed block, and what waits for the next. */
export function ChainState() {
  const { data } = useSeals();
  if (data === undefined) return null;
  const { head, waiting } = data;
  const lag = lagOf(data);
  return (
    <div className="chain" role="status" aria-label="State of the chain">
      {head === null ? (
        <span className="chain-open">Nothing is sealed yet</span>
      ) : (
        <>
          <span className="chain-sealed">
            <Icon name="seal" size={14} /> Sealed up to block {head.number}
          </span>
          <span className="muted">{localMoment(head.sealedAt, true)}</span>
          <code className="muted" title={`Hash of the block, signed with key ${head.key}`}>
            {head.hash.slice(0, 16)}…
          </code>
        </>
      )}
      <span className={waiting === 0 ? "muted" : "chain-open"}>
        {waiting === 0 ? "nothing waits" : waiting === 1 ? "1 change waits for its seal" : `${waiting} changes wait for their seal`}
      </span>
      {lag === null ? null : (
        <span className="chain-late" title={lag.why}>
          <Icon name="clock" size={13} /> {spanOf(data.behindSeconds)} behind{lag.because}
        </span>
      )}
    </div>
  );
}
