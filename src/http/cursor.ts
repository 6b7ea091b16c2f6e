import { Problem } from "../errors/problem.ts";
import { pageLimit } from "./contract.ts";

/**
 * Keyset pagination: a cursor is the sort key of the last row of a page, so a page costs the same wherever it stands and rows that
 * arrive meanwhile neither shift nor repeat any. It names its list: a cursor of one list means nothing to another.
 */
export type CursorKey = readonly (string | null)[];

export function cursorText(list: string, key: CursorKey): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString("base64url");
}

/**
 * The sort key behind `after`; null for the first page. `shapes` says what each part must look like, since it goes to the database.
 * @throws Problem `invalid_input`
 */
export function readCursor(list: string, text: string | undefined, shapes: readonly RegExp[]): CursorKey | null {
  if (text === undefined) return null;
  const parts = partsOf(text);
  const [name, ...key] = parts ?? [];
  const fits =
    name === list && key.length === shapes.length && key.every((part, index) => part === null || shapes[index]?.test(part) === true);
  if (!fits)
    throw new Problem("invalid_input", "`after` is not a cursor of this list", {
      hint: "Give `next` of the page before, unchanged, to the same list.",
    });
  return key;
}

export const cursorParts = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  day: /^\d{4}-\d{2}-\d{2}$/,
  moment: /^\d{4}-\d{2}-\d{2}[T ][\d:.]+(Z|[+-]\d{2}(:?\d{2})?)$/,
  integer: /^-?\d{1,19}$/,
  text: /^[^\0]{0,500}$/u,
} as const;

export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

/** Makes a page of rows that were read with `limit + 1`: the row too many says that there is a next page. */
export function pageOfRows<T>(list: string, rows: readonly { readonly item: T; readonly key: CursorKey }[], limit: number): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(({ item }) => item), next: rows.length > limit && last !== undefined ? cursorText(list, last.key) : null };
}

/** What the query of a list asks its verb for. `shapes` as in readCursor. */
export function pageRequest(list: string, query: { limit?: number; after?: string }, shapes: readonly RegExp[]) {
  const limit = query.limit ?? pageLimit.default;
  return { shown: limit, request: { limit: limit + 1, after: readCursor(list, query.after, shapes) } };
}

function partsOf(text: string): (string | null)[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return Array.isArray(value) && value.every((part) => part === null || typeof part === "string") ? value : null;
  } catch {
    return null;
  }
}
