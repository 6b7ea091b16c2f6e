/**
 * Where a generic row cannot be made: SQL expressions for a column, tried instead of all others, by table and column. `:mark` is the
 * row's own text. Everything else is found from types, checks and references (throw-away-rows.ts).
 */
export const hints: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // Its check counts the entries of a list, and fails with an error on what is no list.
  "analytics.cm_optimizations": { conflicts: [`'[":mark"]'::jsonb`] },
  // A list of ids, not an id.
  "cash_management.cm_category_runs": { account_ids: ["null::uuid[]"] },
  // One that was cancelled says nothing any more.
  "audit.tenant_erasures": { state: ["'requested'::text"] },
};
