import { Problem } from "../errors/problem.ts";
import { decimalOrNull } from "../money/decimal.ts";
import { exponentOf } from "../money/money.ts";
import type { Condition, Predicate } from "./contract.ts";
import { folded } from "./fold.ts";

/** What rules look at of an entry. */
export interface SortableEntry {
  readonly id: string;
  readonly accountId: string;
  readonly day: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly code: string | null;
  readonly purpose: string | null;
  readonly counterparty: string | null;
  readonly counterpartyId: string | null;
  /** Remittance, references and names, as they came. */
  readonly text: string;
  readonly reference: string | null;
  readonly mandate: string | null;
  /** Blind index of the other side's account. */
  readonly accountIndex: string | null;
}

export type Test = (entry: SortableEntry) => boolean;

/** Rules have no regular expressions: what takes a second over one entry takes a day over a history, and nobody can read it aloud. */
export function compile(predicate: Predicate): Test {
  const tests = predicate.all.map(testOf);
  return (entry) => tests.every((test) => test(entry));
}

/** "text contains 'PAYROLL' and amount below 0" */
export function describePredicate(predicate: Predicate): string {
  return predicate.all.map(describe).join(" and ");
}

const verbs = { contains: "contains", starts: "starts with", is: "is", below: "below", above: "above" } as const;

function describe({ field, op, value }: Condition): string {
  const values = (Array.isArray(value) ? value : [value]).map((one) => (field === "amount" ? one : `'${one}'`));
  return `${field} ${verbs[op]} ${values.join(" or ")}`;
}

/** @throws Problem `invalid_input` for what cannot be meant */
function testOf({ field, op, value }: Condition): Test {
  const values = Array.isArray(value) ? value : [value];
  if (field === "amount") return amountTest(op, values);
  if (op === "below" || op === "above") throw refused(`${field} cannot be ${op} something`);
  if (values.some((one) => folded(one) === "")) throw refused(`${field} ${op} nothing holds for every entry`);
  const wanted = values.map((one) => (exact.has(field) ? one : folded(one)));
  const compare = compareBy[op];
  return (entry) => {
    const found = read[field](entry);
    return found !== null && wanted.some((one) => compare(found, one));
  };
}

const exact: ReadonlySet<Condition["field"]> = new Set(["account", "counterparty_id"]);
const compareBy = {
  contains: (text: string, part: string) => text.includes(part),
  starts: (text: string, part: string) => text.startsWith(part),
  is: (text: string, other: string) => text === other,
} as const;

const orNull = (text: string | null) => (text === null ? null : folded(text));
/** An entry is asked by many rules: what folding makes of its text is kept. */
const texts = new WeakMap<SortableEntry, string>();
function foldedText(entry: SortableEntry): string {
  let text = texts.get(entry);
  if (text === undefined) {
    text = folded(entry.text);
    texts.set(entry, text);
  }
  return text;
}

const read: Readonly<Record<Exclude<Condition["field"], "amount">, (entry: SortableEntry) => string | null>> = {
  text: foldedText,
  counterparty: ({ counterparty }) => orNull(counterparty),
  counterparty_id: ({ counterpartyId }) => counterpartyId,
  account: ({ accountId }) => accountId,
  currency: ({ currency }) => currency,
  direction: ({ amountMinor }) => (amountMinor < 0n ? "OUT" : "IN"),
  code: ({ code }) => orNull(code),
  purpose: ({ purpose }) => orNull(purpose),
  reference: ({ reference }) => orNull(reference),
  mandate: ({ mandate }) => orNull(mandate),
};

function amountTest(op: Condition["op"], values: readonly string[]): Test {
  const [text = ""] = values;
  const limit = decimalOrNull(text);
  if (limit === null || values.length !== 1) throw refused(`"${values.join(", ")}" is no amount`);
  if (op === "contains" || op === "starts") throw refused(`amount cannot ${op} something`);
  return ({ amountMinor, currency }) => {
    // In the unit of the entry's currency, exactly: 100 is a hundred euros, and a hundred yen.
    const [a, b] = [amountMinor * 10n ** BigInt(limit.scale), limit.units * 10n ** BigInt(exponentOf(currency))];
    return op === "below" ? a < b : op === "above" ? a > b : a === b;
  };
}

function refused(fact: string): Problem {
  return new Problem("invalid_input", fact, {
    hint: "Texts take contains, starts and is; amount takes below, above and is; direction is in or out.",
  });
}
