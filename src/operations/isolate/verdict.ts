import type { Attempt, Outcome } from "./proof.ts";

export type Verdict = { readonly is: "held" } | { readonly is: "leak" | "unclear"; readonly evidence: string };

export interface KnownConstraints {
  /** Constraints and indexes that exist, partitions' as well. */
  readonly real: ReadonlySet<string>;
  readonly keysWithoutTenant: ReadonlySet<string>;
}

const held: Verdict = { is: "held" };
// insufficient_privilege (grants, ownership and policies alike); and what triggers of ours raise to guard a row
const refusals = new Set(["42501"]);
const guarded = new Set(["23001", "P0001"]);

/** What an outcome says. `unclear` is as bad as a leak: an attack that ended for another reason has proven nothing. */
export function judge({ attack }: Attempt, outcome: Outcome, known: KnownConstraints): Verdict {
  if (outcome.kind === "error") return judgeError(attack.expects, outcome, known);
  const rows = `${outcome.rows} ${outcome.rows === 1 ? "row" : "rows"}`;
  switch (attack.expects) {
    case "no row":
    case "kept row":
    case "nothing told":
      return outcome.rows === 0 ? held : { is: "leak", evidence: `${rows} of another tenant` };
    case "refusal":
      return { is: "leak", evidence: outcome.rows === 0 ? "was let through" : `was let through, ${rows}` };
    case "no oracle":
      return held;
    case "own row":
      return outcome.rows > 0
        ? held
        : { is: "unclear", evidence: "the tenant does not see its own row, so that nothing else is shown by the attacks" };
  }
}

function judgeError(
  expects: Attempt["attack"]["expects"],
  outcome: Outcome & { kind: "error" },
  { real, keysWithoutTenant }: KnownConstraints,
): Verdict {
  const { code, constraint, message, tellsSecret } = outcome;
  const said = `${code}${constraint === "" ? "" : ` by ${constraint}`}: ${message}`;
  // It needed more locks or memory than there are, and was never made: max_locks_per_transaction.
  if (code.startsWith("53")) return { is: "unclear", evidence: said };
  if (tellsSecret) return { is: "leak", evidence: `the error tells a value of another tenant (${said})` };
  if (refusals.has(code) || expects === "nothing told") return held;
  // A trigger may refuse in the name of a constraint that does not exist: it did so before the policy was asked.
  const byTrigger = guarded.has(code) || (/^23(503|505|514)$/.test(code) && !real.has(constraint));
  const violation = /^23(502|503|505|514|P01)$/.test(code);
  if (expects === "no oracle") {
    if (code === "23505" && keysWithoutTenant.has(constraint))
      return { is: "leak", evidence: `the error tells that another tenant has this key (${said})` };
    return violation || byTrigger ? held : { is: "unclear", evidence: said };
  }
  if (byTrigger || isCopyRefused(code, message)) return held;
  if (code === "22P02" && expects === "no row") return { is: "leak", evidence: `a row of another tenant was evaluated (${said})` };
  if (code === "23503" && expects === "no row") return held;
  // A reference that is tried with a key of the tenant's own that is taken shows nothing.
  if (violation && expects === "no row") return { is: "unclear", evidence: said };
  if (violation) return { is: "leak", evidence: `passed privileges and policies, and was stopped by chance (${said})` };
  return { is: "unclear", evidence: said };
}

/** COPY FROM is refused wherever row-level security applies. */
function isCopyRefused(code: string, message: string): boolean {
  return code === "0A000" && message.includes("row-level security");
}
