import { useView } from "./view.ts";

/** Said where a list shows what is known now although the time machine is on. */
export function KnownNow({ what }: { readonly what: string }) {
  const { view } = useView();
  if (view.knownAt === undefined) return null;
  return <span className="known-now">{what} stand as known now; the moment chosen above applies to figures, courses and proofs.</span>;
}
