import type { Grouping } from "../../src/positions/contract.ts";

const groupings: readonly Grouping[] = ["account", "currency", "entity", "bank"];

/** Which figure a proof is of: an account's, or a sum over accounts of one currency. */
export type ProofTarget =
  | { readonly kind: "account"; readonly accountId: string }
  | { readonly kind: "group"; readonly by: Grouping; readonly currency: string; readonly key: string };

export const accountProof = (accountId: string) => `account:${accountId}`;
export const groupProof = (by: Grouping, currency: string, key: string) => `${by}:${currency}:${key}`;

export function readTarget(text: string | undefined): ProofTarget | null {
  const [kind = "", second = "", ...rest] = (text ?? "").split(":");
  if (kind === "account") return second === "" ? null : { kind, accountId: second };
  const by = groupings.find((grouping) => grouping === kind);
  return by === undefined ? null : { kind: "group", by, currency: second, key: rest.join(":") };
}
