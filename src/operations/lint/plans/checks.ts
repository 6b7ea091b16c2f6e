import type { Check } from "../check.ts";
import { type ProgramCheckText, programCheck } from "../program.ts";

/** The questions to the plans of database/statements, made as the application's role inside a tenant. */
export const planChecks = {
  notPlanned: check({
    id: "0070",
    name: "hot_statement_not_planned",
    level: "error",
    title: "Statement of the program that the server does not take",
    why: "What the program sends all day fails, or nobody looked: without a tenant there is nothing a plan could be made for.",
    proves: "invariant 45",
  }),
  withoutIndex: check({
    id: "0071",
    name: "hot_statement_without_its_index",
    level: "error",
    title: "Statement of the program that cannot use its index under row-level security",
    why: "As a superuser the same statement is quick; as the application every row of the tenant, or of all, is read first. Asked as the application's role, inside a tenant, of a plan for these values and of one for any.",
    proves: "invariant 8, invariant 45",
  }),
  locks: check({
    id: "0072",
    name: "hot_statement_over_its_lock_budget",
    level: "error",
    title: "Statement of the program that locks more relations than its budget",
    why: "The first 16 locks of a transaction cost nothing (before 18); from there on every one of them is taken in a table all sessions share. A plan that does not prune took 2,322 and 43 ms.",
    proves: "invariant 46",
  }),
  planning: check({
    id: "0073",
    name: "hot_statement_slow_to_plan",
    level: "warn",
    title: "Statement of the program whose planning takes longer than its budget",
    why: "Statements are planned for their values each time they are sent, so that they prune: the time is paid on each.",
    proves: "invariant 46",
  }),
} as const;

function check(text: ProgramCheckText): Check {
  return programCheck("src/operations/lint/plans/checks.ts", "plans", text);
}
