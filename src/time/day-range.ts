import { Problem } from "../errors/problem.ts";
import { type Day, parseDay } from "./day.ts";

/**
 * From and to of a query, each optional.
 * @throws Problem `invalid_day`, `invalid_input` when it runs backwards
 */
export function dayRange(from: string | undefined, to: string | undefined): { readonly from?: Day; readonly to?: Day } {
  if (from !== undefined && to !== undefined && from > to)
    throw new Problem("invalid_input", `from ${from} to ${to} runs backwards`, { hint: "Give from before to." });
  return { ...(from === undefined ? {} : { from: parseDay(from) }), ...(to === undefined ? {} : { to: parseDay(to) }) };
}
