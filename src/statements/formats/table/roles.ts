import type { ColumnRole } from "./choices.ts";

/** For each column the one role it is shown with, and its place among the columns of that role. */
export function likeliestRoles(columns: ReadonlyMap<ColumnRole, readonly number[]>): Map<number, { role: ColumnRole; order: number }> {
  const roles = new Map<number, { role: ColumnRole; order: number }>();
  for (const [role, positions] of columns)
    positions.forEach((position, order) => {
      const known = roles.get(position);
      if (known === undefined || order < known.order) roles.set(position, { role, order });
    });
  return roles;
}
