import { Link } from "@tanstack/react-router";
import { ErrorNotice } from "../kit/notice.tsx";
import { isWaiting } from "./queries.ts";

/** What came of a change: refused, waiting for somebody else, or a secret to be shown this once. */
export function Outcome(props: {
  readonly error: unknown;
  readonly answer: object | undefined;
  readonly secret?: string | undefined;
  readonly what?: string;
}) {
  if (props.error !== null && props.error !== undefined) return <ErrorNotice error={props.error} />;
  if (props.answer !== undefined && isWaiting(props.answer))
    return (
      <div className="notice notice-warning" role="status" style={{ marginBottom: 10 }}>
        <div>
          <p className="fact">It waits for another person's approval.</p>
          <p className="hint">
            See <Link to="/approvals">Approvals</Link>. The last approval carries it out; where a key or a link comes of it, do the same
            again then.
          </p>
        </div>
      </div>
    );
  if (props.secret === undefined) return null;
  return (
    <div className="notice" role="status" style={{ marginBottom: 10 }}>
      <div>
        <p className="fact">{props.what} It is shown this once:</p>
        <p className="mono" style={{ overflowWrap: "anywhere", userSelect: "all" }}>
          {props.secret}
        </p>
      </div>
    </div>
  );
}
