import { todayText } from "../kit/days.ts";
import { useView } from "../shell/view.ts";
import { usePosition } from "./queries.ts";

/** The day that the figures are of. Without a chosen one it is the tenant's own today, which may not be this machine's. */
export function useDay(): { readonly day: string; readonly isToday: boolean } {
  const { view } = useView();
  const position = usePosition("currency");
  return { day: view.asOf ?? position.data?.asOf ?? todayText(), isToday: view.asOf === undefined };
}
