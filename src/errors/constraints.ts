import type { ErrorCode } from "./vocabulary.ts";

export interface Refusal {
  readonly code: ErrorCode;
  readonly fact: string;
  readonly hint?: string;
}

/**
 * What it means to a person when PostgreSQL refuses a row: constraint name → code and words, in this one place. A constraint
 * that is not listed is a defect of ours when it fires, since the program should have looked before.
 */
export const constraintRefusals: Readonly<Record<string, Refusal>> = {};
