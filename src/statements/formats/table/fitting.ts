import type { Said, SavedProfile } from "../../said.ts";
import { isHeaderOf, type TableChoices } from "./choices.ts";
import type { TableRow } from "./dialect.ts";

const headSearch = 100;

/** What is said of a table: by a person, or by the one saved profile whose header it has. */
export interface Fitting {
  readonly choices: TableChoices;
  readonly said: Said;
  readonly saved: SavedProfile | null;
}

export type SeveralFit = { readonly code: "PROFILES_SEVERAL"; readonly message: string };

/**
 * Several profiles with one header are of several accounts of a bank. They fit together when they read alike; the account is then for
 * the file to say.
 */
export function fittingProfile(rows: readonly TableRow[], said: Said): Fitting | SeveralFit {
  if (said.choices !== undefined) return { choices: said.choices, said, saved: null };
  const fitting = profilesOf(rows, said);
  const [first] = fitting;
  if (first === undefined) return { choices: {}, said, saved: null };
  if (fitting.some(({ choices }) => JSON.stringify(choices) !== JSON.stringify(first.choices))) {
    const names = fitting.map(({ name }) => `"${name}"`).join(", ");
    return { code: "PROFILES_SEVERAL", message: `several profiles fit the table and read it differently: ${names}; say which` };
  }
  if (fitting.length > 1) return { choices: first.choices, said, saved: null };
  return {
    choices: first.choices,
    // What a person said of this one file comes before what was saved for all.
    said: { ...said, account: said.account ?? first.account, currency: said.currency ?? first.currency },
    saved: first,
  };
}

/** Whether a saved profile has the header of these rows, so that they are a table whatever they look like. */
export function hasSavedProfile(rows: readonly TableRow[], said: Said): boolean {
  return said.choices === undefined && profilesOf(rows, said).length > 0;
}

function profilesOf(rows: readonly TableRow[], said: Said): SavedProfile[] {
  const head = rows.slice(0, headSearch);
  return (said.profiles ?? []).filter(
    ({ choices: { columns } }) => columns !== undefined && head.some(({ cells }) => isHeaderOf(cells, columns)),
  );
}
