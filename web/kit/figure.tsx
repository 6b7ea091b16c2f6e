import type { PositionState } from "../../src/positions/contract.ts";
import { isNegative, isZero } from "./decimal.ts";
import { formatAmount, formatChange, spokenAmount } from "./money.ts";

interface FigureProps {
  readonly amount: string;
  readonly currency: string;
  readonly state?: PositionState | undefined;
  /** Leave it out only where the row or the column prints the currency once for all its figures. */
  readonly withCurrency?: boolean;
  readonly change?: boolean;
  /** What the figure is, for people who hear the page: "position of Aurora Operating". */
  readonly label?: string;
  readonly onProof?: (() => void) | undefined;
}

/** An amount of money: right-aligned, tabular, negatives in parentheses and red. With `onProof` it opens its proof. */
export function Figure({ amount, currency, state, withCurrency = false, change = false, label, onProof }: FigureProps) {
  const classes = [
    "figure",
    isNegative(amount) ? "figure-negative" : isZero(amount) ? "figure-zero" : "",
    state === undefined ? "" : `figure-${state}`,
  ].join(" ");
  // Nothing known is not nought: it shows as a dash.
  if (state === "empty")
    return (
      <span className="figure figure-empty" title={stateWords.empty}>
        <span className="figure-number">–</span>
      </span>
    );
  const content = (
    <>
      {withCurrency ? <span className="figure-currency">{currency}</span> : null}
      <span className="figure-number">{change ? formatChange(amount) : formatAmount(amount)}</span>
    </>
  );
  if (onProof === undefined)
    return (
      <span className={classes} title={state === undefined ? undefined : stateWords[state]}>
        {content}
      </span>
    );
  const spoken = `${label === undefined ? "" : `${label}: `}${spokenAmount(amount, currency)}${state === undefined ? "" : `, ${state}`}, show the proof`;
  return (
    <button type="button" className={classes} aria-label={spoken} title={proofTitle(state)} onClick={onProof}>
      {content}
    </button>
  );
}

export const stateWords: Readonly<Record<PositionState, string>> = {
  sealed: "Sealed: proven day by day down to the bank's files",
  provisional: "Provisional: holds intraday entries the bank has not yet booked for good",
  unproven: "Unproven: stated by the bank, with a gap or break behind it",
  empty: "Nothing is known of this account yet",
};

function proofTitle(state: PositionState | undefined): string {
  return `${state === undefined ? "" : `${stateWords[state]}. `}Show the proof`;
}
