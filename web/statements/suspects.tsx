import "./suspects.css";
import { Button, Group, SegmentedControl } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { SuspectedDuplicate, SuspectedEntry } from "../../src/statements/suspects/contract.ts";
import { localMoment } from "../kit/days.ts";
import { Figure } from "../kit/figure.tsx";
import { Empty, ErrorNotice, Resolve } from "../kit/notice.tsx";
import { useDecideSuspect, useSuspects } from "./queries.ts";

/** Two entries of one amount that no balance tells apart, side by side, for a person to decide. */
export function Suspects() {
  const [shown, setShown] = useState<"open" | "decided">("open");
  const suspects = useSuspects(shown === "decided");
  return (
    <div className="panel">
      <div className="panel-head">
        <h2>Suspected duplicates</h2>
        <SegmentedControl
          size="xs"
          aria-label="Which pairs"
          value={shown}
          onChange={(value) => setShown(value === "decided" ? "decided" : "open")}
          data={[
            { value: "open", label: "Open" },
            { value: "decided", label: "Decided" },
          ]}
        />
        <span className="spacer" />
        <span className="muted">Of two that are the same, the later one counts for nothing</span>
      </div>
      <Resolve of={suspects} lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="check" title={shown === "open" ? "No pair waits for you" : "Nothing was decided so far"}>
              Pairs come from statements without balances: where the bank states balances, they decide by themselves.
            </Empty>
          ) : (
            <div className="sheet-scroll">
              <table className="sheet suspects">
                <thead>
                  <tr>
                    <th>Account</th>
                    <th className="right">Amount</th>
                    <th>Told first</th>
                    <th>Told later</th>
                    <th>{shown === "open" ? "" : "Decision"}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((pair) => (
                    <Pair key={pair.id} pair={pair} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Resolve>
    </div>
  );
}

function Pair({ pair }: { readonly pair: SuspectedDuplicate }) {
  const { account, accountId, amount, currency, earlier, later } = pair;
  return (
    <tr>
      <td className="nowrap">
        <Link to="/accounts/$accountId" params={{ accountId }} className="mono">
          …{account}
        </Link>
      </td>
      <td className="right">
        <Figure amount={amount} currency={currency} withCurrency label={`amount of the pair of account ${account}`} />
      </td>
      <Told entry={earlier} other={later} />
      <Told entry={later} other={earlier} struck={pair.decision === "same"} />
      <td className="right">
        <Decision pair={pair} />
      </td>
    </tr>
  );
}

/** What differs from the other entry stands out; the amount is the same. */
function Told({
  entry,
  other,
  struck = false,
}: {
  readonly entry: SuspectedEntry;
  readonly other: SuspectedEntry;
  readonly struck?: boolean;
}) {
  const differs = (of: (one: SuspectedEntry) => string | null) => (of(entry) === of(other) ? undefined : "differs");
  return (
    <td className={struck ? "struck" : undefined}>
      <p>
        <span className={differs((one) => one.bookingDate)}>{entry.bookingDate}</span>
        <span className="muted">
          {" value "}
          <span className={differs((one) => one.valueDate)}>{entry.valueDate}</span> · {entry.format}
        </span>
      </p>
      {entry.counterparty === null ? null : <p className={differs((one) => one.counterparty)}>{entry.counterparty}</p>}
      <p className={differs((one) => one.text)}>{entry.text ?? "no text"}</p>
    </td>
  );
}

function Decision({ pair: { id, decision, decidedBy, decidedAt } }: { readonly pair: SuspectedDuplicate }) {
  const decide = useDecideSuspect();
  const say = (word: SuspectedDuplicate["decision"]) => decide.mutate({ id, decision: word });
  return (
    <>
      {decision === null ? (
        <Group gap={6} wrap="nowrap" justify="flex-end">
          <Button size="compact-sm" loading={decide.isPending} onClick={() => say("same")}>
            Same
          </Button>
          <Button size="compact-sm" variant="default" disabled={decide.isPending} onClick={() => say("different")}>
            Different
          </Button>
        </Group>
      ) : (
        <Group gap={10} wrap="nowrap" justify="flex-end">
          <span className="nowrap" title={`${decidedBy ?? ""} ${decidedAt === null ? "" : localMoment(decidedAt)}`}>
            {decision === "same" ? "The same" : "Different"}
          </span>
          <Button size="compact-sm" variant="default" loading={decide.isPending} onClick={() => say(null)}>
            Undo
          </Button>
        </Group>
      )}
      {decide.error === null ? null : <ErrorNotice error={decide.error} />}
    </>
  );
}
