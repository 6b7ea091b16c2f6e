import type { Condition } from "./contract.ts";
import type { SortableEntry, Test } from "./rule.ts";

export const categorySources = ["person", "rule", "own_account", "bank_code", "memory", "bank_code_family"] as const;
export type CategorySource = (typeof categorySources)[number];

export interface CompiledRule {
  readonly id: string;
  readonly priority: number;
  readonly name: string;
  readonly words: string;
  readonly category: string;
  readonly counterpartyId: string | null;
  readonly test: Test;
}

export interface CategoryCodes {
  readonly code: string;
  readonly direction: "in" | "out" | "both";
  readonly bankTransactionCodes: readonly string[];
  readonly purposeCodes: readonly string[];
}

export interface Knowledge {
  /** By priority, then as they were made. */
  readonly rules: readonly CompiledRule[];
  readonly categories: readonly CategoryCodes[];
  /** Blind indexes of the tenant's own accounts. */
  readonly ownAccounts: ReadonlySet<string>;
  /** What people decided for a counterparty, by `${counterpartyId} ${direction}`. */
  readonly memory: ReadonlyMap<string, { readonly category: string; readonly day: string }>;
}

export interface Decision {
  readonly category: string;
  readonly source: CategorySource;
  readonly ruleId: string | null;
  /** Why, in words that a person can check. */
  readonly reason: string;
  readonly counterpartyId: string | null;
}

/**
 * The category of an entry that no person has locked: the first rule that holds; else what the bank or the structure of the payment
 * says for certain; else what people decided for this counterparty before; else what the family of the bank's code usually is. Null:
 * uncategorised, which is an answer too.
 */
export function decide(entry: SortableEntry, known: Knowledge): Decision | null {
  const direction = entry.amountMinor < 0n ? "out" : "in";
  const rule = known.rules.find(({ test }) => test(entry));
  if (rule !== undefined)
    return {
      category: rule.category,
      source: "rule",
      ruleId: rule.id,
      reason: `rule ${rule.priority} "${rule.name}": ${rule.words}`,
      counterpartyId: rule.counterpartyId ?? entry.counterpartyId,
    };
  const of = (category: string, source: CategorySource, reason: string): Decision => ({
    category,
    source,
    ruleId: null,
    reason,
    counterpartyId: entry.counterpartyId,
  });
  if (entry.accountIndex !== null && known.ownAccounts.has(entry.accountIndex) && known.categories.some(({ code }) => code === internal))
    return of(internal, "own_account", "the other side's account is one of your own");
  const fitting = known.categories.filter((category) => category.direction === "both" || category.direction === direction);
  const purpose = fitting.find(({ purposeCodes }) => entry.purpose !== null && purposeCodes.includes(entry.purpose));
  if (purpose !== undefined) return of(purpose.code, "bank_code", `purpose ${entry.purpose} means ${purpose.code}`);
  const coded = byBankCode(entry.code, fitting);
  if (coded !== null && coded.certain)
    return of(coded.category, "bank_code", `bank transaction code ${entry.code} means ${coded.category}`);
  const remembered = entry.counterpartyId === null ? undefined : known.memory.get(`${entry.counterpartyId} ${direction}`);
  if (remembered !== undefined && known.categories.some(({ code }) => code === remembered.category))
    return of(remembered.category, "memory", `as a person decided for this counterparty on ${remembered.day}`);
  if (coded !== null) return of(coded.category, "bank_code_family", `bank transaction codes ${coded.by} usually mean ${coded.category}`);
  return null;
}

/** Where transfers between own accounts belong; every tenant has it unless they removed it. */
export const internal = "internal";

/**
 * The most telling of the categories' codes that fits: "PMNT-RCDT-ESCT", with * for any part ("*-*-CHRG"), or a prefix ("PMNT-RCDT").
 * One that names the subfamily, or is no ISO code at all (SWIFT's NCHG, BAI's 698), is certain; domain and family alone say what is usual.
 */
function byBankCode(code: string | null, categories: readonly CategoryCodes[]) {
  if (code === null) return null;
  let best: { category: string; by: string; certain: boolean; weight: number } | null = null;
  for (const category of categories)
    for (const pattern of category.bankTransactionCodes) {
      const weight = fits(code, pattern);
      if (weight > (best?.weight ?? 0)) best = { category: category.code, by: pattern, certain: isCertain(pattern), weight };
    }
  return best;
}

function isCertain(pattern: string): boolean {
  const parts = pattern.split("-");
  return parts.length !== 2 && (parts.length === 3 ? parts[2] !== "*" : !isoDomain.test(pattern));
}
const isoDomain = /^(PMNT|CAMT|ACMT|LDAS|FORX|SECU|TRAD|COMT|DERV|PMET|XTND)$/;

/** How many parts of the pattern say something and hold; 0 when it does not fit. The last part weighs most. */
function fits(code: string, pattern: string): number {
  const [parts, wanted] = [code.split("-"), pattern.split("-")];
  if (wanted.length > parts.length) return 0;
  let weight = 0;
  for (const [index, part] of wanted.entries()) {
    if (part === "*") continue;
    if (part !== parts[index]) return 0;
    weight += index === 2 ? 4 : 1;
  }
  return weight;
}

/** The rule that a correction suggests: this counterparty, else this code, in this direction. */
export function proposal(entry: SortableEntry, counterpartyName: string | null): Condition[] | null {
  const direction: Condition = { field: "direction", op: "is", value: entry.amountMinor < 0n ? "out" : "in" };
  if (entry.counterpartyId !== null && counterpartyName !== null)
    return [{ field: "counterparty", op: "is", value: entry.counterparty ?? counterpartyName }, direction];
  const words = entry.text.split(/\s+/).filter((word) => /^\p{L}{4,}$/u.test(word));
  const [first] = words;
  return first === undefined ? null : [{ field: "text", op: "contains", value: words.slice(0, 2).join(" ") }, direction];
}
