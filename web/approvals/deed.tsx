import "./approvals.css";
import { useQuery } from "@tanstack/react-query";
import type { ApprovalRequest } from "../../src/access/approvals/contract.ts";
import { get } from "../kit/api.ts";
import { deedLines } from "./words.ts";

/** Exactly what would be done: what is, and what was before it. */
export function Deed({ request }: { readonly request: ApprovalRequest }) {
  const names = useNames(/_id"/.test(JSON.stringify(request.payload)));
  const lines = deedLines(request, (id) => names.get(id));
  if (lines.length === 0) return <span className="muted">exactly this, once</span>;
  return (
    <dl className="deed" title={`sha256 ${request.payloadHash}`}>
      {lines.map(({ name, before, after }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {before === null ? null : (
              <>
                <del>{before}</del> →{" "}
              </>
            )}
            {after}
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** A request speaks of banks, entities and accounts by their ids. */
function useNames(enabled: boolean): ReadonlyMap<string, string> {
  const found = useQuery({
    enabled,
    queryKey: ["access", "names"],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const lists = await Promise.all(
        ["/banks", "/entities", "/accounts"].map((path) => get<{ items: Named[] }>(path, { limit: 500 }, signal)),
      );
      return new Map(lists.flatMap(({ items }) => items.map(({ id, name }) => [id, name] as const)));
    },
  });
  return found.data ?? new Map();
}
