import { masked } from "../keys/blind-index.ts";
import { decimalOrNull, decimalsEqual, zero } from "../money/decimal.ts";
import type { StatementHeader, StatementProblem } from "./statement.ts";
import type { StatementArithmetic } from "./verify.ts";

interface Page {
  readonly header: StatementHeader;
  readonly sums: StatementArithmetic;
  readonly line: number;
}

/**
 * Long statements come in pages: page 1 opens with the day's balance, later ones with the interim balance the page before
 * closed with, only the last closes the day (IBM's camt check list; :60M:/:62M: in MT940). Keeps the latest page of each
 * statement that is not yet whole. Pages that are not in this file may come in another: that is a warning; pages that
 * contradict each other are a break.
 */
export class PageChain {
  private readonly open = new Map<string, Page>();
  private readonly problem: (problem: StatementProblem) => void;

  constructor(problem: (problem: StatementProblem) => void) {
    this.problem = problem;
  }

  add(header: StatementHeader, sums: StatementArithmetic, lastPage: boolean | null, line: number): void {
    const key = `${header.kind} ${header.account.id}`;
    const before = this.open.get(key);
    const continues = sums.opening?.interim === true;
    const unfinished = lastPage === false || sums.closing?.interim === true;
    if (continues) this.follow(before, header, sums);
    else if (before !== undefined && !isNextPage(before, header)) this.missing(before);
    if (unfinished) this.open.set(key, { header, sums, line });
    else this.open.delete(key);
  }

  finish(): void {
    for (const page of this.open.values()) this.missing(page);
    this.open.clear();
  }

  private follow(before: Page | undefined, header: StatementHeader, sums: StatementArithmetic): void {
    if (before === undefined) {
      this.tell(
        "warning",
        "PAGE_MISSING",
        `page ${header.page ?? "?"} opens with an interim balance and the page before is not in this file`,
        header.line,
      );
      return;
    }
    const last = before.sums.closing;
    if (last !== null && sums.opening !== null && !sameAmount(last.amount, sums.opening.amount))
      this.tell(
        "break",
        "PAGE_BREAK",
        `page ${header.page ?? "?"} opens with ${sums.opening.amount}, the page before closes with ${last.amount}`,
        sums.opening.line,
      );
    else if (!isNextPage(before, header) && before.header.sequence === header.sequence && header.page !== null)
      this.tell("warning", "PAGE_MISSING", `page ${header.page} follows page ${before.header.page ?? "?"}`, header.line);
  }

  private missing(page: Page): void {
    this.tell(
      "warning",
      "PAGE_MISSING",
      `page ${page.header.page ?? "?"} of the statement of account ${masked(page.header.account.id)} is not its last and no further page follows`,
      page.line,
    );
  }

  private tell(severity: StatementProblem["severity"], code: string, message: string, line: number): void {
    this.problem({ severity, code, message, line });
  }
}

function isNextPage(before: Page, header: StatementHeader): boolean {
  return before.header.page !== null && header.page === before.header.page + 1;
}

function sameAmount(a: string, b: string): boolean {
  return decimalsEqual(decimalOrNull(a) ?? zero, decimalOrNull(b) ?? zero);
}
