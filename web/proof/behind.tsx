import { Link } from "@tanstack/react-router";
import { addDays } from "../kit/days.ts";
import { StateMark } from "../kit/state.tsx";
import { useView } from "../shell/view.ts";
import { troubles } from "../statements/calendar-words.ts";
import { useCalendar } from "../statements/queries.ts";
import { accountProof } from "./target.ts";

/** The gaps and breaks of the account up to a day: where to look when a figure is not proven. The day itself is told by the seal. */
export function Behind({ accountId, day }: { readonly accountId: string; readonly day: string }) {
  const { openProof } = useView();
  const calendar = useCalendar(addDays(day, -182), day, accountId);
  const found =
    calendar.data?.accounts
      .flatMap((account) => troubles(account.days))
      .filter(({ status, first }) => status !== "late" && first !== day) ?? [];
  if (found.length === 0) return null;
  return (
    <ul className="behind" aria-label="Where the chain of proof is interrupted">
      {found.map(({ status, first }) => (
        <li key={`${status}-${first}`}>
          <StateMark mark={status} />
          {status === "break" ? (
            <button type="button" className="plain link" onClick={() => openProof(accountProof(accountId), first)}>
              {first}
            </button>
          ) : (
            <Link to="/statements" className="link">
              {first}
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}
