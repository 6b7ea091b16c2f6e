import { type Day, dayOf } from "../../../time/day.ts";

/** How a column of a table writes its days. */
export type DayOrder = "ymd" | "dmy" | "mdy";

export interface DayStyle {
  readonly order: DayOrder;
  /** False when the column allows several orders and the likeliest was taken. */
  readonly certain: boolean;
}

type Triple = readonly [string, string, string];

const months = new Map(
  (
    [
      "jan feb mar apr may jun jul aug sep oct nov dec",
      "jän feb mär apr mai jun jul aug sep okt nov dez",
      "janv févr mars avr mai juin juil août sept oct nov déc",
      "ene feb mar abr may jun jul ago sep oct nov dic",
      "gen feb mar apr mag giu lug ago set ott nov dic",
      "jan feb mrt apr mei jun jul aug sep okt nov dec",
    ] as const
  ).flatMap((line) => line.split(" ").map((name, index) => [name, String(index + 1)] as const)),
);

/**
 * The order that makes every cell of a column a day. Of several, the one whose days lie closest together, because a statement
 * covers a short time; of equals, the first of `preferred`.
 * @returns null when no order does
 */
export function dayStyle(column: Iterable<string>, preferred: readonly DayOrder[] = ["dmy", "mdy", "ymd"]): DayStyle | null {
  const cells = [...column].filter((cell) => cell.trim() !== "");
  if (cells.length === 0) return null;
  const fitting = preferred
    .map((order, rank) => ({ order, rank, span: spanOf(cells, order) }))
    .filter((one): one is typeof one & { span: number } => one.span !== null)
    .filter(({ order }, _, all) => order !== "mdy" || !all.some((one) => one.order === "dmy") || !cells.some((cell) => pointed.test(cell)))
    .sort((a, b) => a.span - b.span || a.rank - b.rank);
  const [best] = fitting;
  if (best === undefined) return null;
  const distinct = new Set(fitting.map(({ order }) => cells.map((cell) => dayIn(cell, order)).join()));
  return { order: best.order, certain: distinct.size === 1 };
}

/** Nobody who writes points between day and month writes the month first. */
const pointed = /^\s*\d{1,2}\s?\.\s?\d{1,2}\s?\./;

/** A cell as a day; a time behind it is passed over, two-digit years are 1970-2069. */
export function dayIn(cell: string, order: DayOrder): Day | null {
  const triple = tripleOf(cell);
  if (triple === null) return null;
  const [year, month, day] = arranged(triple, order);
  if (!/^(?:\d{4}|\d{2})$/.test(year) || day.length > 2 || month.length > 2) return null;
  const short = Number(year);
  return dayOf(year.length === 4 ? short : short >= 70 ? 1900 + short : 2000 + short, Number(month), Number(day));
}

function arranged([a, b, c]: Triple, order: DayOrder): Triple {
  // Four digits in front are a year in any column.
  if (order === "ymd" || a.length === 4) return [a, b, c];
  return order === "dmy" ? [c, b, a] : [c, a, b];
}

function tripleOf(cell: string): Triple | null {
  const text = cell.trim().toLowerCase();
  const packed = /^(\d{4})(\d{2})(\d{2})(?!\d)/.exec(text);
  if (packed !== null) return [packed[1] as string, packed[2] as string, packed[3] as string];
  const numbers = /^(\d{1,4})\s*[./'\- ]\s*(\d{1,2})\s*[./'\- ]\s*(\d{1,4})(?!\d)/.exec(text);
  if (numbers !== null) {
    const last = numbers[3] as string;
    // Quicken writes years from 2000 on behind an apostrophe: 4/13'26.
    return [numbers[1] as string, numbers[2] as string, /'\s*\d{2}(?!\d)/.test(text) ? `20${last}` : last];
  }
  const named = /^(\d{1,4})[.\-/ ]+([a-zäéû]{3,9})\.?[.\-/, ]+(\d{2,4})(?!\d)/.exec(text);
  const month = named === null ? undefined : monthOf(named[2] as string);
  return named === null || month === undefined ? null : [named[1] as string, month, named[3] as string];
}

function monthOf(name: string): string | undefined {
  return months.get(name) ?? months.get(name.slice(0, 4)) ?? months.get(name.slice(0, 3));
}

function spanOf(cells: readonly string[], order: DayOrder): number | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const cell of cells) {
    const day = dayIn(cell, order);
    if (day === null) return null;
    const at = Date.parse(day);
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  return last - first;
}
