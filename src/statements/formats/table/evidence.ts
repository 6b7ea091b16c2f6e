import { type DayOrder, dayIn, dayStyle } from "./days.ts";
import type { TableRow } from "./dialect.ts";
import { numberOf, numberStyle } from "./numbers.ts";
import { dayOrders, type TableProfile } from "./profile.ts";

/** What decided a convention, for people; or that nothing does, with what each answer would make of the same cell. */
export interface Evidence {
  readonly about: "dayOrder" | "decimal";
  readonly decided: boolean;
  readonly text: string;
  readonly line: number | null;
  readonly options: ReadonlyArray<{ readonly value: string; readonly cell: string; readonly reading: string }>;
}

interface Cell {
  readonly text: string;
  readonly line: number;
}

export function evidenceOf(rows: readonly TableRow[], profile: TableProfile): Evidence[] {
  const cells = (...columns: (readonly number[] | undefined)[]) =>
    rows.slice(profile.headerRow + 1).flatMap(({ line, cells: all }) =>
      columns
        .flatMap((one) => one ?? [])
        .map((column) => ({ text: all[column] ?? "", line }))
        .filter(({ text }) => text !== ""),
    );
  const { columns } = profile;
  const amounts = cells(columns.get("amount"), columns.get("debit"), columns.get("credit"), columns.get("balance"));
  return [...daysEvidence(cells(columns.get("bookingDate"), columns.get("valueDate"))), ...decimalEvidence(amounts)];
}

function daysEvidence(all: readonly Cell[]): Evidence[] {
  const cells = all.filter(({ text }) => orders.some((order) => dayIn(text, order) !== null));
  const style = dayStyle(cells.map(({ text }) => text));
  const [first] = cells;
  if (style === null || first === undefined) return [];
  const others = orders.filter((order) => order !== style.order);
  const telling = cells.find(({ text }) => others.every((order) => [null, dayIn(text, style.order)].includes(dayIn(text, order))));
  if (style.certain) {
    const { text, line } = telling ?? first;
    return [{ about: "dayOrder", decided: true, text: `"${text}" is a day only as ${dayOrders[style.order]}`, line, options: [] }];
  }
  // The cell that the orders read most differently.
  const differing = cells.find(({ text }) => dayIn(text, "dmy") !== dayIn(text, "mdy")) ?? first;
  const fitting = orders.filter((order) => cells.every(({ text }) => dayIn(text, order) !== null));
  const options = fitting.map((order) => ({ value: order, cell: differing.text, reading: dayIn(differing.text, order) ?? "" }));
  const what = fitting.map((order) => dayOrders[order]).join("; or ");
  return [{ about: "dayOrder", decided: false, text: `every day of the file can be read as ${what}`, line: differing.line, options }];
}

const orders: readonly DayOrder[] = ["dmy", "mdy", "ymd"];

function decimalEvidence(cells: readonly Cell[]): Evidence[] {
  const style = numberStyle(cells.map(({ text }) => text));
  const signed = cells.filter(({ text }) => /[.,]/.test(text));
  const [first] = signed;
  if (first === undefined) return [];
  if (!style.ambiguous) {
    const telling = signed.find(({ text }) => numberStyle([text]).certain && numberStyle([text]).decimal === style.decimal) ?? first;
    const name = style.decimal === "," ? "comma" : "point";
    return [
      {
        about: "decimal",
        decided: true,
        text: `in "${telling.text}" only the ${name} can be the decimal sign`,
        line: telling.line,
        options: [],
      },
    ];
  }
  const options = ([".", ","] as const).map((decimal) => ({
    value: decimal,
    cell: first.text,
    reading: numberOf(first.text, { decimal }) ?? "",
  }));
  return [
    {
      about: "decimal",
      decided: false,
      text: "every amount of the file can be read with a decimal point or a decimal comma",
      line: first.line,
      options,
    },
  ];
}
