import { exponentOf, minorText } from "../money/money.ts";
import type { Composition, PositionState } from "./contract.ts";

/** A balance and what it is made of, in minor units; the three parts add up to it. */
export interface Figure {
  readonly sealed: bigint;
  readonly provisional: bigint;
  readonly unproven: bigint;
}

export const nothing: Figure = { sealed: 0n, provisional: 0n, unproven: 0n };

/** What a figure stands on: a closing balance, what moved outside the chain since, and the difference of value dates. */
export interface FigureParts {
  readonly closing: bigint | null;
  readonly sealed: boolean;
  readonly unproven: bigint;
  readonly provisional: bigint;
  readonly shifted: bigint;
}

export function figureOf(parts: FigureParts): Figure {
  const stated = (parts.closing ?? 0n) + parts.shifted;
  return parts.sealed
    ? { sealed: stated, provisional: parts.provisional, unproven: parts.unproven }
    : { sealed: 0n, provisional: parts.provisional, unproven: stated + parts.unproven };
}

/** The weakest part names the whole. `moved`: entries outside the chain stand behind the closing. */
export function stateOf(parts: FigureParts, moved: boolean): PositionState {
  if (parts.closing === null && !moved) return "empty";
  if (!parts.sealed || parts.unproven !== 0n) return "unproven";
  return moved ? "provisional" : "sealed";
}

export function add(a: Figure, b: Figure): Figure {
  return { sealed: a.sealed + b.sealed, provisional: a.provisional + b.provisional, unproven: a.unproven + b.unproven };
}

export function total(figure: Figure): bigint {
  return figure.sealed + figure.provisional + figure.unproven;
}

export function compositionText(figure: Figure, currency: string): Composition {
  const exponent = exponentOf(currency);
  return {
    sealed: minorText(figure.sealed, exponent),
    provisional: minorText(figure.provisional, exponent),
    unproven: minorText(figure.unproven, exponent),
  };
}
