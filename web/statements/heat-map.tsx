import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, useMemo, useRef } from "react";
import type { CalendarAccount, CalendarDay, StatementCalendar } from "../../src/statements/contract.ts";
import { AccountEnd } from "../kit/account-name.tsx";
import { dayRange, isoWeek, isWeekend, weekdayName } from "../kit/days.ts";
import { formatAmount } from "../kit/money.ts";
import type { ChosenCell } from "./monitor.tsx";

interface HeatMapProps {
  readonly calendar: StatementCalendar;
  readonly from: string;
  readonly to: string;
  readonly today: string;
  readonly chosen: ChosenCell | null;
  readonly onChoose: (cell: ChosenCell) => void;
}

/** Account × day. Rows outside the window are not drawn, so thousands of accounts scroll as easily as ten. */
export function HeatMap({ calendar, from, to, today, chosen, onChoose }: HeatMapProps) {
  const days = useMemo(() => dayRange(from, to), [from, to]);
  const accounts = useMemo(
    () =>
      calendar.accounts.toSorted(
        (a, b) => a.entity.localeCompare(b.entity) || a.bank.localeCompare(b.bank) || a.name.localeCompare(b.name),
      ),
    [calendar],
  );
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: accounts.length, getScrollElement: () => scroll.current, estimateSize: () => 30, overscan: 15 });
  return (
    <div
      className="heat"
      ref={scroll}
      role="grid"
      aria-label="Statements by account and day"
      aria-rowcount={accounts.length}
      onKeyDown={moveFocus}
    >
      <HeatHead days={days} today={today} />
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const account = accounts[index];
          if (account === undefined) return null;
          return (
            <div key={account.accountId} className="heat-row" role="row" style={{ top: start }}>
              <div className="heat-name" role="rowheader">
                <Link to="/accounts/$accountId" params={{ accountId: account.accountId }} className="link" tabIndex={-1}>
                  {account.name}
                </Link>{" "}
                <AccountEnd name={account.name} last4={account.last4} />
                <span className="muted"> {[account.bank, account.currency].filter((part) => part !== "").join(" · ")}</span>
              </div>
              <Cells
                account={account}
                days={days}
                today={today}
                chosenDay={chosen?.account.accountId === account.accountId ? chosen.day.day : null}
                first={index === 0}
                onChoose={onChoose}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function HeatHead({ days, today }: { readonly days: readonly string[]; readonly today: string }) {
  return (
    <div className="heat-head" aria-hidden="true">
      <div className="heat-name" />
      {days
        .filter((_, index) => index % 7 === 0)
        .map((monday) => (
          <div key={monday} className={`heat-week ${isoWeek(monday).week === isoWeek(today).week ? "now" : ""}`}>
            <strong>W{String(isoWeek(monday).week).padStart(2, "0")}</strong> {monday.slice(5)}
          </div>
        ))}
    </div>
  );
}

interface CellsProps {
  readonly account: CalendarAccount;
  readonly days: readonly string[];
  readonly today: string;
  readonly chosenDay: string | null;
  readonly first: boolean;
  readonly onChoose: (cell: ChosenCell) => void;
}

const Cells = memo(function Cells({ account, days, today, chosenDay, first, onChoose }: CellsProps) {
  const known = new Map(account.days.map((day) => [day.day, day]));
  return days.map((text, index) => {
    const day: CalendarDay = known.get(text) ?? { day: text, status: "none", closing: null, entries: 0, statementId: null };
    const classes = ["heat-cell", isWeekend(text) ? "weekend" : "", text === today ? "today" : "", text === chosenDay ? "chosen" : ""];
    return (
      <div key={text} role="gridcell" className={index % 7 === 0 ? "week-start" : ""}>
        <button
          type="button"
          className={`plain ${classes.join(" ")}`}
          tabIndex={first && index === 0 ? 0 : -1}
          aria-label={`${account.name}, ${weekdayName(text)} ${text}: ${day.status}${day.closing === null ? "" : `, closing ${account.currency} ${formatAmount(day.closing)}`}`}
          title={`${weekdayName(text)} ${text} · ${day.status}${day.closing === null ? "" : ` · ${account.currency} ${formatAmount(day.closing)} · ${day.entries} entries`}`}
          onClick={() => onChoose({ account, day })}
        >
          <span className={`swatch swatch-${text > today ? "future" : day.status}`} />
        </button>
      </div>
    );
  });
});

/** Arrow keys walk over the cells like over a sheet. */
function moveFocus(event: KeyboardEvent<HTMLDivElement>) {
  const cell = (event.target as HTMLElement).closest<HTMLElement>("[role=gridcell]");
  const row = cell?.parentElement;
  if (cell === null || row === null || row === undefined) return;
  const at = [...row.children].indexOf(cell);
  const steps: Partial<Record<string, Element | null | undefined>> = {
    ArrowLeft: cell.previousElementSibling,
    ArrowRight: cell.nextElementSibling,
    ArrowUp: row.previousElementSibling?.children[at],
    ArrowDown: row.nextElementSibling?.children[at],
  };
  const target = steps[event.key]?.querySelector<HTMLElement>("button");
  if (target === null || target === undefined) return;
  event.preventDefault();
  target.focus();
}
