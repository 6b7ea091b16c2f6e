import "./monitor.css";
import { ActionIcon, Tabs } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { CalendarAccount, CalendarDay } from "../../src/statements/contract.ts";
import { addDays, todayText, weekday } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import { Empty, Resolve } from "../kit/notice.tsx";
import { Legend } from "../kit/state.tsx";
import { useDay } from "../positions/use-day.ts";
import { KnownNow } from "../shell/known-now.tsx";
import { CellDetail } from "./cell-detail.tsx";
import { Deliveries } from "./deliveries.tsx";
import { DropZone } from "./drop-zone.tsx";
import { HeatMap } from "./heat-map.tsx";
import { useCalendar } from "./queries.ts";
import { StatementList } from "./statement-list.tsx";
import { Suspects } from "./suspects.tsx";

const weeks = 9;

/** Which statements are there, which are missing, and what to do about each. */
export default function Monitor() {
  return (
    <div className="page">
      <header className="page-head">
        <h1>Statements</h1>
        <KnownNow what="Calendar and lists" />
        <span className="spacer" />
        <Link to="/statements/read" className="link">
          Read a table
        </Link>
        <Legend marks={["sealed", "provisional", "unproven", "gap", "break", "late", "none"]} />
      </header>
      <DropZone />
      <Tabs defaultValue="calendar" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="calendar">Calendar</Tabs.Tab>
          <Tabs.Tab value="list">Statements</Tabs.Tab>
          <Tabs.Tab value="deliveries">Received files</Tabs.Tab>
          <Tabs.Tab value="suspects">Duplicates</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="calendar" pt="sm">
          <Calendar />
        </Tabs.Panel>
        <Tabs.Panel value="list" pt="sm">
          <StatementList />
        </Tabs.Panel>
        <Tabs.Panel value="deliveries" pt="sm">
          <Deliveries />
        </Tabs.Panel>
        <Tabs.Panel value="suspects" pt="sm">
          <Suspects />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

export interface ChosenCell {
  readonly account: CalendarAccount;
  readonly day: CalendarDay;
}

function Calendar() {
  const { day } = useDay();
  const sunday = addDays(day, 7 - weekday(day));
  const [back, setBack] = useState(0);
  const to = addDays(sunday, -7 * back);
  const from = addDays(to, 1 - 7 * weeks);
  const calendar = useCalendar(from, to);
  const [chosen, setChosen] = useState<ChosenCell | null>(null);
  return (
    <div className="panel">
      <div className="panel-head">
        <h2>
          {from} to {to}
        </h2>
        <ActionIcon variant="default" size="sm" aria-label="Earlier weeks" onClick={() => setBack(back + 4)}>
          <Icon name="left" size={14} />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size="sm"
          aria-label="Later weeks"
          disabled={back === 0}
          onClick={() => setBack(Math.max(0, back - 4))}
        >
          <Icon name="chevron" size={14} />
        </ActionIcon>
        <span className="spacer" />
        <span className="muted">Arrow keys move, Enter opens</span>
      </div>
      <Resolve of={calendar} lines={10}>
        {(data) =>
          data.accounts.length === 0 ? (
            <Empty icon="calendar" title="No account yet">
              Drop the first statements above; each account gets a row here, each day a cell.
            </Empty>
          ) : (
            <HeatMap calendar={data} from={from} to={to} today={todayText()} chosen={chosen} onChoose={setChosen} />
          )
        }
      </Resolve>
      {chosen === null ? null : <CellDetail chosen={chosen} onClose={() => setChosen(null)} />}
    </div>
  );
}
