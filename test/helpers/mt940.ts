import type { FileSource } from "../../src/statements/posting/deliveries.ts";
import { addDays, type Day } from "../../src/time/day.ts";
import { fileOf, type TestStatement } from "./camt.ts";

/** A small MT940 with the content of a test statement; the opening balance has the date of the closing before, as SWIFT has it. */
export function mt940(...statements: readonly TestStatement[]): string {
  return statements.map(block).join("\r\n");
}

export function mt940File(name: string, ...statements: readonly TestStatement[]): FileSource {
  return fileOf(name, mt940(...statements));
}

function block(statement: TestStatement): string {
  const currency = statement.currency ?? "EUR";
  const opened = addDays((statement.from ?? statement.day) as Day, -1);
  const balance = (tag: string, amount: string | undefined, day: string) =>
    amount === undefined ? [] : [`:${tag}:${mark(amount)}${compact(day)}${currency}${plain(amount)}`];
  return [
    `:20:${(statement.id ?? "STMT").slice(0, 16)}`,
    `:25:${statement.account ?? "DE02120300000000202051"}`,
    `:28C:${statement.sequence ?? 0}/1`,
    ...balance("60F", statement.opening, opened),
    ...statement.entries.flatMap((entry) => {
      const day = compact(entry.day ?? statement.day);
      const valued = compact(entry.valueDay ?? entry.day ?? statement.day);
      return [`:61:${valued}${day.slice(2)}${mark(entry.amount)}${plain(entry.amount)}NTRFNONREF`, `:86:${entry.text ?? "payment"}`];
    }),
    ...balance("62F", statement.closing, statement.day),
    "-",
  ].join("\r\n");
}

function mark(amount: string): string {
  return amount.startsWith("-") ? "D" : "C";
}

/** A comma always, and no thousands: "12,30", "5,". */
function plain(amount: string): string {
  const [whole, fraction = ""] = amount.replace("-", "").split(".");
  return `${whole},${fraction}`;
}

function compact(day: string): string {
  return day.slice(2).replaceAll("-", "");
}
