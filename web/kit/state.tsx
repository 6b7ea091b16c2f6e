import type { Composition, PositionGroup, PositionState } from "../../src/positions/contract.ts";
import type { CalendarStatus } from "../../src/statements/contract.ts";
import { absolute, addAmounts, isZero, shareForDrawing } from "./decimal.ts";
import { formatAmount } from "./money.ts";

export type Mark = PositionState | CalendarStatus | "stale";

/** A coloured mark and its word: never the colour alone. */
export function StateMark({ mark, word }: { readonly mark: Mark; readonly word?: string }) {
  return (
    <span className="state">
      <span className={`swatch swatch-${mark}`} aria-hidden="true" />
      <span>{word ?? mark}</span>
    </span>
  );
}

/** How much of a figure is sealed, provisional and unproven, as lengths and, in the title, as amounts. */
export function CompositionBar({ composition, currency }: { readonly composition: Composition; readonly currency: string }) {
  const parts = (["sealed", "provisional", "unproven"] as const)
    .map((mark) => ({ mark, amount: composition[mark] }))
    .filter(({ amount }) => !isZero(amount));
  const whole = parts.map(({ amount }) => absolute(amount)).reduce(addAmounts, "0");
  const words = parts.map(({ mark, amount }) => `${mark} ${currency} ${formatAmount(amount)}`).join(" · ") || "nothing yet";
  return (
    <div className="composition" role="img" aria-label={`Made of: ${words}`} title={words}>
      {parts.map(({ mark, amount }) => (
        <span key={mark} className={`swatch swatch-${mark}`} style={{ width: `${Math.max(2, shareForDrawing(amount, whole))}%` }} />
      ))}
    </div>
  );
}

/** The state of a group's figure; a group of which nothing is known has no figure at all. */
export function stateOfGroup(group: PositionGroup): PositionState {
  return group.accounts.every(({ state }) => state === "empty") ? "empty" : stateOfComposition(group.composition);
}

/** The state of a figure that is a sum: as weak as the weakest part of it that is not zero. */
export function stateOfComposition(composition: Composition): PositionState {
  if (!isZero(composition.unproven)) return "unproven";
  if (!isZero(composition.provisional)) return "provisional";
  return "sealed";
}

export function Legend({ marks }: { readonly marks: readonly Mark[] }) {
  return (
    <ul className="legend" aria-label="What the marks mean">
      {marks.map((mark) => (
        <li key={mark}>
          <StateMark mark={mark} word={mark === "none" ? "no statement due" : mark} />
        </li>
      ))}
    </ul>
  );
}
