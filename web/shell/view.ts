import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Basis } from "../../src/positions/contract.ts";

/**
 * What all pages look at: the day, the moment of knowledge and the basis; and which figure's proof is open. It stands in
 * the address, so that a link shows a colleague the same figures.
 */
export interface View {
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly basis?: Basis;
  /** What all currencies are shown in together, and at which rate set. */
  readonly currency?: string;
  readonly rates?: string;
  /** `account:<id>`, `currency:EUR`, `bank:<key>:EUR` or `entity:<key>:EUR`. */
  readonly proof?: string;
  /** Day of the proof when it is not the day of the view. */
  readonly proofDay?: string;
}

export function readView(search: Record<string, unknown>): View {
  const view: { -readonly [Key in keyof View]: View[Key] } = {};
  if (isDay(search["asOf"])) view.asOf = search["asOf"];
  if (isMoment(search["knownAt"])) view.knownAt = search["knownAt"];
  if (search["basis"] === "value") view.basis = "value";
  if (typeof search["currency"] === "string" && /^[A-Z]{3}$/.test(search["currency"])) view.currency = search["currency"];
  if (typeof search["rates"] === "string" && /^[a-z0-9][a-z0-9._-]{0,99}$/.test(search["rates"])) view.rates = search["rates"];
  if (typeof search["proof"] === "string") view.proof = search["proof"];
  if (isDay(search["proofDay"])) view.proofDay = search["proofDay"];
  return view;
}

export function useView() {
  const view: View = useSearch({ from: "__root__" });
  const navigate = useNavigate();
  // A part that is taken away stays in the object as undefined: what is merely absent, the router would retain.
  const change = (next: { readonly [Key in keyof View]?: View[Key] | undefined }) =>
    void navigate({ to: ".", search: (before) => ({ ...before, ...next }) as View });
  return {
    view,
    basis: view.basis ?? "booking",
    /** Parameters of every question about figures. */
    when: { asOf: view.asOf, knownAt: view.knownAt, basis: view.basis },
    change,
    openProof: (proof: string, proofDay?: string) => change({ proof, proofDay }),
    closeProof: () => change({ proof: undefined, proofDay: undefined }),
  };
}

function isDay(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
}

function isMoment(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}T/.test(value) && !Number.isNaN(Date.parse(value));
}
