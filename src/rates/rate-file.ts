import { parse } from "csv-parse/sync";
import { Problem } from "../errors/problem.ts";
import { currencyExponent } from "../money/currencies.ts";
import { type Day, dayOf, dayOrNull } from "../time/day.ts";
import { canonicalRate, type DayRates, type Rate } from "./rate-set.ts";

export interface RateFileOptions {
  /** The currency that columns of a wide table are quoted for; EUR, as the ECB has it, when not given. */
  readonly base?: string | undefined;
  /** The day of a table without one. */
  readonly day?: Day | undefined;
}

/**
 * Reads a CSV of exchange rates. Wide, as the ECB's eurofxref.csv and eurofxref-hist.csv: a date and a column for each currency; or
 * long: base, quote and rate (or "EUR/USD" and rate), with or without a date. A cell that is empty, "-" or "N/A" has no rate.
 * @throws Problem `invalid_input`, naming the line
 */
export function readRateFile(text: string, options: RateFileOptions = {}): DayRates[] {
  const table = cellsOf(text);
  const [header, ...lines] = table.rows;
  if (header === undefined || lines.length === 0)
    throw new Problem("invalid_input", "the file of rates has no line behind its header", { hint: "Export it again, with headers." });
  const read = readerOf(header, { ...options, comma: table.comma });
  const days = new Map<Day, Map<string, Rate>>();
  for (const [index, cells] of lines.entries())
    for (const { day, rate } of read(cells, index + 2)) {
      const rates = days.get(day) ?? new Map<string, Rate>();
      const key = `${rate.base}/${rate.quote}`;
      const known = rates.get(key);
      if (known !== undefined && known.rate !== rate.rate)
        throw new Problem("invalid_input", `line ${index + 2} gives ${key} of ${day} as ${rate.rate}, a line before as ${known.rate}`);
      rates.set(key, rate);
      days.set(day, rates);
    }
  const found = [...days].map(([day, rates]): DayRates => ({ day, rates: [...rates.values()] }));
  if (found.length === 0) throw new Problem("invalid_input", "the file has no rate of a currency that ISO 4217 knows");
  return found.sort((a, b) => (a.day < b.day ? -1 : 1));
}

interface Line {
  readonly day: Day;
  readonly rate: Rate;
}
type LineReader = (cells: readonly string[], line: number) => Line[];

const mostRows = 200_000;

function cellsOf(text: string): { readonly rows: string[][]; readonly comma: boolean } {
  const first = text.replace(/^\uFEFF/, "").split(/\r?\n/, 1)[0] ?? "";
  const delimiter = [";", "\t", ","].find((one) => first.includes(one)) ?? ",";
  try {
    const rows = parse(text, { bom: true, delimiter, relax_column_count: true, skip_empty_lines: true, trim: true, to: mostRows });
    // Where columns are not parted by a comma, a comma in a figure is the decimal one.
    return { rows: rows as string[][], comma: delimiter !== "," };
  } catch (cause) {
    throw new Problem("invalid_input", `the file is no CSV: ${(cause as Error).message}`, { cause });
  }
}

const words = {
  day: ["date", "day", "datum", "fecha", "data", "rate date"],
  base: ["base", "from", "base currency", "from currency", "basis", "von"],
  quote: ["quote", "to", "quote currency", "to currency", "currency", "nach", "währung"],
  rate: ["rate", "value", "kurs", "exchange rate", "fx rate", "taux", "cambio"],
  pair: ["pair", "currency pair", "währungspaar"],
} as const;

function readerOf(header: readonly string[], options: RateFileOptions & { readonly comma: boolean }): LineReader {
  const titles = header.map((cell) => cell.toLowerCase());
  const column = (name: keyof typeof words) => titles.findIndex((title) => (words[name] as readonly string[]).includes(title));
  const at = { day: column("day"), base: column("base"), quote: column("quote"), rate: column("rate"), pair: column("pair") };
  if (at.rate >= 0 && (at.pair >= 0 || at.quote >= 0)) return longReader(at, options);
  const currencies = header.flatMap((cell, index) => (isCurrency(cell) ? [{ code: cell.toUpperCase(), index }] : []));
  if (currencies.length > 0) return wideReader(at.day, currencies, options);
  throw new Problem("invalid_input", `the header "${header.slice(0, 6).join(", ")}" names no rates`, {
    hint: 'Give columns base, quote and rate, with date or --day; or a date and a column for each currency, as the ECB\'s "eurofxref-hist.csv".',
  });
}

function wideReader(
  dayAt: number,
  currencies: readonly { readonly code: string; readonly index: number }[],
  options: RateFileOptions & { readonly comma: boolean },
): LineReader {
  const base = options.base ?? "EUR";
  return (cells, line) => {
    const day = dayOfCell(dayAt < 0 ? undefined : cells[dayAt], options, line);
    return currencies
      .filter(({ code, index }) => code !== base && hasRate(cells[index]))
      .map(({ code, index }) => ({ day, rate: { base, quote: code, rate: rateOfCell(cells[index] ?? "", options, line) } }));
  };
}

function longReader(at: Readonly<Record<keyof typeof words, number>>, options: RateFileOptions & { readonly comma: boolean }): LineReader {
  return (cells, line) => {
    if (!hasRate(cells[at.rate])) return [];
    const pair = at.pair < 0 ? [] : (cells[at.pair] ?? "").toUpperCase().split(/[/\s-]/);
    const base = (pair[0] ?? (at.base < 0 ? options.base : cells[at.base]) ?? "EUR").toUpperCase();
    const quote = (pair[1] ?? cells[at.quote] ?? "").toUpperCase();
    if (!isCurrency(base) || !isCurrency(quote) || base === quote)
      throw new Problem("invalid_input", `line ${line} is not between two currencies: "${base}" and "${quote}"`, {
        hint: "Write ISO 4217 codes, such as EUR and USD.",
      });
    const day = dayOfCell(at.day < 0 ? undefined : cells[at.day], options, line);
    return [{ day, rate: { base, quote, rate: rateOfCell(cells[at.rate] ?? "", options, line) } }];
  };
}

function isCurrency(cell: string): boolean {
  return /^[A-Za-z]{3}$/.test(cell) && currencyExponent(cell.toUpperCase()) !== undefined;
}

function hasRate(cell: string | undefined): boolean {
  return cell !== undefined && !/^(n\/?a|-|–)?$/i.test(cell);
}

function rateOfCell(cell: string, { comma }: { readonly comma: boolean }, line: number): string {
  const rate = canonicalRate(comma && !cell.includes(".") ? cell.replace(",", ".") : cell);
  if (rate === null)
    throw new Problem("invalid_input", `line ${line}: "${cell}" is not a rate`, {
      hint: "Write a positive decimal with 12 decimals at most, without thousands separators.",
    });
  return rate;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** 2026-04-13, or "13 April 2026" as the ECB's daily file has it. Other orders of day and month are refused: they cannot be told apart. */
function dayOfCell(cell: string | undefined, { day }: RateFileOptions, line: number): Day {
  if (cell === undefined) {
    if (day !== undefined) return day;
    throw new Problem("invalid_input", "the file does not say of which day its rates are", { hint: "Say it with --day=YYYY-MM-DD (day)." });
  }
  const english = /^(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})$/.exec(cell);
  const read =
    english === null
      ? dayOrNull(cell)
      : dayOf(Number(english[3]), months.indexOf((english[2] ?? "").toLowerCase()) + 1, Number(english[1]));
  if (read === null) throw new Problem("invalid_input", `line ${line}: "${cell}" is not a day`, { hint: "Write YYYY-MM-DD." });
  return read;
}
