import type { Telling, ToldDay } from "./telling.ts";
import type { Becoming } from "./truth.ts";

/**
 * What should become of each statement when they come in this order, said by who knows the entries: they are compared by their
 * identity, which no file shows. Of days that a first version contradicts only the end is foretold.
 */
export class Expectation {
  readonly #known = new Map<string, { readonly entries: ReadonlySet<string>; readonly bare: boolean }>();
  readonly #contested: ReadonlySet<string>;

  constructor(all: readonly Telling[]) {
    const contested = new Set(all.filter(({ kind }) => kind === "broken" || kind === "wrong").flatMap(keysOf));
    // A statement over several days hangs together: what is open on one of them is open on all.
    for (const telling of all)
      if (telling.tells.length > 1 && keysOf(telling).some((key) => contested.has(key)))
        for (const key of keysOf(telling)) contested.add(key);
    this.#contested = contested;
  }

  take(telling: Telling): Becoming {
    if (telling.kind === "report") return "provisional";
    const account = telling.statement.account.key;
    if (keysOf(telling).some((key) => this.#contested.has(key))) return "either";
    const news = relevant(telling).map((told) => this.#isNews(`${account} ${told.day}`, told, telling.kind === "bare"));
    return news.includes(true) ? "new" : "known";
  }

  #isNews(key: string, told: ToldDay, bare: boolean): boolean {
    const known = this.#known.get(key);
    const same = known !== undefined && told.entries.every((entry) => known.entries.has(entry));
    if (known !== undefined && !known.bare && (bare || same)) return false;
    this.#known.set(key, { bare, entries: new Set([...(known?.bare === false ? known.entries : []), ...told.entries]) });
    return !(known?.bare === true && bare && same);
  }
}

function keysOf({ statement, tells }: Telling): string[] {
  return tells.map(({ day }) => `${statement.account.key} ${day}`);
}

/** A statement over several days tells those on which something moved, and its last. */
function relevant({ tells, format }: Telling): readonly ToldDay[] {
  if (tells.length === 1) return tells;
  return tells.filter(({ entries }, index) => entries.length > 0 || (index === tells.length - 1 && format !== "csv"));
}
