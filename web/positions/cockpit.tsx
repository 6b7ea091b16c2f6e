import "./cockpit.css";
import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { Position } from "../../src/positions/contract.ts";
import { addDays, previousWeekday, weekdayName, weekLabel } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import { Empty, Resolve } from "../kit/notice.tsx";
import { stateOfGroup } from "../kit/state.tsx";
import { useView } from "../shell/view.ts";
import { Arrivals } from "../statements/arrivals.tsx";
import { DropZone } from "../statements/drop-zone.tsx";
import { Breakdown } from "./breakdown.tsx";
import { Changes } from "./changes.tsx";
import { CurrencyCard } from "./currency-card.tsx";
import { byWeight } from "./figures.ts";
import { FlowsByCategory } from "./flows-by-category.tsx";
import { InOneCurrency } from "./in-one-currency.tsx";
import { Movements } from "./movements.tsx";
import { usePosition, usePositionHistory } from "./queries.ts";
import { useDay } from "./use-day.ts";

const spans = { "13w": 91, "26w": 182, "57w": 399 } as const;
type Span = keyof typeof spans;

/** The morning page: what we have, how well we know it, what changed, and which statements are missing. */
export default function Cockpit() {
  const [span, setSpan] = useState<Span>("13w");
  const { view } = useView();
  const { day } = useDay();
  const position = usePosition("currency");
  const history = usePositionHistory("currency", addDays(day, -spans[span]), day);
  return (
    <div className="page cockpit">
      <Resolve of={position} lines={12}>
        {(data) =>
          nothingKnown(data) ? (
            <FirstStatement />
          ) : (
            <>
              <Head position={data} span={span} onSpan={setSpan} />
              <InOneCurrency position={data} />
              <section className="cards" aria-label="Position by currency">
                {byWeight(data.groups).map((group) => (
                  <CurrencyCard key={group.currency} group={group} history={history.data} close={closeBefore(data)} />
                ))}
              </section>
              <div className="cockpit-columns">
                <div className="cockpit-side">
                  <Breakdown close={closeBefore(data)} day={data.asOf} />
                  <FlowsByCategory day={data.asOf} />
                  {view.knownAt === undefined ? <Movements day={data.asOf} close={closeBefore(data)} /> : null}
                </div>
                <div className="cockpit-side">
                  <Arrivals day={data.asOf} />
                  <Changes day={data.asOf} close={closeBefore(data)} />
                </div>
              </div>
            </>
          )
        }
      </Resolve>
    </div>
  );
}

function nothingKnown({ groups }: Position): boolean {
  return groups.every((group) => stateOfGroup(group) === "empty");
}

/** The close before the newest day that any statement tells of: on a Sunday it is Thursday's, so Friday's changes show. */
function closeBefore({ newestInput, asOf }: Position): string {
  return previousWeekday(newestInput ?? asOf);
}

function Head({ position, span, onSpan }: { readonly position: Position; readonly span: Span; readonly onSpan: (span: Span) => void }) {
  const { asOf, oldestInput, newestInput, staleAccounts, basis } = position;
  return (
    <header className="page-head">
      <h1>Cash position</h1>
      <span>
        {weekdayName(asOf)} {asOf} · {weekLabel(asOf)} · by {basis} date
      </span>
      <span className="muted">
        {newestInput === null
          ? ""
          : `stands on statements of ${oldestInput === newestInput ? newestInput : `${oldestInput} to ${newestInput}`}`}
        {staleAccounts === 0 ? "" : ` · ${staleAccounts} stale`}
      </span>
      <span className="spacer" />
      <SegmentedControl
        className="no-print"
        size="xs"
        aria-label="How far the course goes back"
        value={span}
        onChange={(next) => onSpan(next as Span)}
        data={[
          { value: "13w", label: "13 weeks" },
          { value: "26w", label: "26 weeks" },
          { value: "57w", label: "57 weeks" },
        ]}
      />
      <Button
        className="no-print"
        size="compact-sm"
        variant="default"
        leftSection={<Icon name="print" size={14} />}
        onClick={() => window.print()}
      >
        Print
      </Button>
    </header>
  );
}

function FirstStatement() {
  const { view } = useView();
  if (view.asOf !== undefined || view.knownAt !== undefined)
    return (
      <Empty icon="rewind" title="Nothing was known then">
        No statement had arrived for this day at this moment. Choose a later day or moment in the bar above.
      </Empty>
    );
  return (
    <div className="panel">
      <Empty icon="inbox" title="Drop the first bank statements">
        A folder of camt.053, MT940 or BAI2 files is enough: accounts, banks and currencies are taken from them, and each day that ties is
        sealed.
      </Empty>
      <div style={{ padding: 16 }}>
        <DropZone />
      </div>
    </div>
  );
}
