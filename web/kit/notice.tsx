import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { ApiProblem } from "./api.ts";
import { Icon, type IconName } from "./icon.tsx";

/** Why something is not there: the fact, then the hint, then what to do. */
export function ErrorNotice({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <div className="notice notice-error" role="alert">
      <Icon name="break" />
      <div>
        <p className="fact">{problem?.message ?? "This page met an error of its own."}</p>
        <p className="hint">{problem?.hint ?? (problem === null ? String(error) : problem.title)}</p>
        {problem?.requestId === undefined ? null : <p className="muted mono">request {problem.requestId}</p>}
        {onRetry === undefined ? null : (
          <p className="actions">
            <Button size="compact-sm" variant="default" onClick={onRetry}>
              Try again
            </Button>
          </p>
        )}
      </div>
    </div>
  );
}

export function Empty(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon name={props.icon} size={28} />
      <h3>{props.title}</h3>
      <p>{props.children}</p>
      {props.action}
    </div>
  );
}

/** Lines where the rows will stand; read aloud once. */
export function Waiting({ lines = 6, label = "Loading" }: { readonly lines?: number; readonly label?: string }) {
  return (
    <div className="waiting" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike and never move
        <span key={index} style={{ width: `${92 - ((index * 17) % 38)}%` }} />
      ))}
    </div>
  );
}

interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** One place that decides between waiting, error and content, so that no page forgets a case. */
export function Resolve<T>(props: { readonly of: Loaded<T>; readonly lines?: number; readonly children: (data: T) => ReactNode }) {
  const { of: query } = props;
  if (query.data !== undefined)
    return (
      <>
        {query.error === null ? null : <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {props.children(query.data)}
      </>
    );
  if (query.error !== null) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  return <Waiting {...(props.lines === undefined ? {} : { lines: props.lines })} />;
}
