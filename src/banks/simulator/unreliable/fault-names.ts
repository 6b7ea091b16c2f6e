/** What an unreliable bank does, each by a name that `--faults` takes. */
export const faultNames = {
  repeat: "a file comes again: the same bytes, or the same bytes as gzip or zip",
  partial: "the day so far comes as a statement, and in the evening the whole day",
  split: "a day comes in two statements that tie",
  intraday: "reports during the day (camt.052); the last day may be there as a report only",
  pending: "reports announce entries that are booked later",
  reformat: "the day comes again in another format, with other texts",
  reworded: "the day comes again in the same format, in another order and other words",
  reused_ids: "numbers begin again every few statements and ids are always the same",
  missing_page: "a day comes in pages, each a file, in any order; some pages never come",
  lost_line: "a statement lacks a line and does not add up; most are corrected later",
  correction: "a statement that adds up is wrong, and comes again corrected, with its number and a later date of making",
  late_booking: "an entry dated on a closed day stands in the next statement",
  twins: "two payments of a day are equal in all but the bank's reference",
  evened: "a day comes back to the balance it began with",
  charset: "letters are damaged on the way: UTF-8 cut to Latin-1, other code pages",
  gap: "a day's statement never comes, or comes days later",
  overlap: "statements over several days, over days that were told already",
  bare: "an export that lists entries of the day and says no balance",
  out_of_order: "files come in no order",
} as const;

export type FaultName = keyof typeof faultNames;

export const allFaults = Object.keys(faultNames) as FaultName[];

export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(faultNames, text);
}
