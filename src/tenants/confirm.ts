import { Problem } from "../errors/problem.ts";

/**
 * What closes or ends a tenant wants its name, typed: the id stands in the command already and would be copied with it.
 * @throws Problem `not_confirmed`
 */
export function requireName(tenant: { readonly id: string; readonly name: string }, given: string | undefined): void {
  if (given === tenant.name) return;
  const fact = given === undefined ? "nobody confirmed it" : `"${given}" is not its name`;
  throw new Problem("not_confirmed", `nothing was changed in the tenant ${tenant.id}: ${fact}`, {
    detail: { tenant: tenant.id },
    hint: `Confirm with the tenant's name, as apg tenant show ${tenant.id} gives it: --yes "NAME", or "confirm" over HTTP.`,
  });
}
