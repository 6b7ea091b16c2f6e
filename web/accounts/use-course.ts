import type { Account } from "../../src/accounts/contract.ts";
import { coursePoints } from "../positions/figures.ts";
import { usePositionHistory } from "../positions/queries.ts";
import { useView } from "../shell/view.ts";
import { useBalances } from "./queries.ts";

/**
 * The balance of an account day by day. The account's own answer is as known now; a moment of the past is asked of the position's
 * history, which knows what was known then.
 */
export function useCourse(account: Account, from: string, to: string) {
  const { view, basis } = useView();
  const past = view.knownAt !== undefined;
  const balances = useBalances(account.id, from, to, basis, !past);
  const history = usePositionHistory("account", from, to, past);
  if (!past) return { ...balances, data: balances.data?.days };
  const series = history.data?.series.find(({ key }) => key === account.id);
  return { ...history, data: history.data === undefined ? undefined : coursePoints(series) };
}
