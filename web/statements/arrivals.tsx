import { Link } from "@tanstack/react-router";
import type { CalendarAccount, CalendarDay } from "../../src/statements/contract.ts";
import { AccountEnd } from "../kit/account-name.tsx";
import { addDays, localMoment } from "../kit/days.ts";
import { Resolve } from "../kit/notice.tsx";
import { StateMark } from "../kit/state.tsx";
import { usePosition } from "../positions/queries.ts";
import { useView } from "../shell/view.ts";
import { type Trouble, troubles } from "./calendar-words.ts";
import { useCalendar } from "./queries.ts";

/** Which statements need a person: late, missing in between, or not adding up. */
export function Arrivals({ day }: { readonly day: string }) {
  const past = useView().view.knownAt !== undefined;
  const calendar = useCalendar(addDays(day, -27), day);
  const position = usePosition("account");
  const accounts = position.data?.groups.flatMap((group) => group.accounts) ?? [];
  const due = new Map(accounts.filter(({ stale }) => stale && !past).map((account) => [account.accountId, account]));
  return (
    <section className="panel" aria-label="Statement arrivals">
      <div className="panel-head">
        <h2>Statements</h2>
        <span className="muted">last four weeks{past ? ", as known now" : ""}</span>
        <span className="spacer" />
        <Link to="/statements" className="link no-print">
          Monitor
        </Link>
      </div>
      <Resolve of={calendar} lines={4}>
        {(data) => {
          const rows = data.accounts
            .flatMap((account) => troubles(account.days).map((found) => ({ account, found })))
            .toSorted((a, b) => (a.found.first < b.found.first ? 1 : -1));
          return (
            <>
              <Summary accounts={data.accounts} />
              {rows.length === 0 ? null : (
                <table className="sheet">
                  <tbody>
                    {rows.slice(0, 8).map(({ account, found }) => (
                      <tr key={`${account.accountId}-${found.first}`}>
                        <td>
                          <StateMark mark={found.status} />
                        </td>
                        <td>
                          <Link to="/accounts/$accountId" params={{ accountId: account.accountId }} className="link">
                            {account.name}
                          </Link>{" "}
                          <AccountEnd name={account.name} last4={account.last4} />
                          <div className="muted">{account.bank}</div>
                        </td>
                        <td className="right nowrap">
                          {found.first}
                          <div className="muted">{note(found, due.get(account.accountId)?.expectedBy)}</div>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
              {rows.length > 8 ? <p className="quiet muted">and {rows.length - 8} more in the monitor</p> : null}
            </>
          );
        }}
      </Resolve>
    </section>
  );
}

function Summary({ accounts }: { readonly accounts: readonly CalendarAccount[] }) {
  const days = accounts.flatMap((account) => account.days);
  const count = (status: CalendarDay["status"]) => days.filter((day) => day.status === status).length;
  return (
    <ul className="legend" style={{ padding: "10px 14px" }}>
      {(["sealed", "provisional", "unproven", "late", "gap", "break"] as const)
        .filter((status) => count(status) > 0)
        .map((status) => (
          <li key={status}>
            <StateMark mark={status} word={`${count(status)} ${status}`} />
          </li>
        ))}
    </ul>
  );
}

function note({ status, days }: Trouble, expectedBy: string | null | undefined): string {
  if (status === "late" && expectedBy !== null && expectedBy !== undefined) return `was due ${localMoment(expectedBy)}`;
  return days === 1 ? "" : `and ${days - 1} more`;
}
