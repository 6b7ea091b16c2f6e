import { type ErrorCode, vocabulary } from "./vocabulary.ts";

export interface ProblemOptions {
  /** Figures and names the reader needs to act, safe to show (never a secret). */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** What to do next, with the exact flag or statement. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error a person or a program can act on: a fact (`message`), then a hint. Everything else thrown is a defect. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ErrorCode;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, fact: string, options: ProblemOptions = {}) {
    super(fact, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? {};
    this.hint = options.hint;
  }

  get status(): number {
    return vocabulary[this.code].status;
  }

  get exitCode(): number {
    return vocabulary[this.code].exit;
  }

  get title(): string {
    return vocabulary[this.code].title;
  }
}
