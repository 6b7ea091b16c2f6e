import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { AuditEntry, AuditPage, SealState } from "../../src/audit/contract.ts";
import { get } from "../kit/api.ts";

export interface TrailFilter {
  readonly table?: string | undefined;
  readonly key?: string | undefined;
  readonly actor?: string | undefined;
  readonly who?: string | undefined;
  readonly operation?: AuditEntry["operation"] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export function useTrail(filter: TrailFilter) {
  return useInfiniteQuery({
    queryKey: ["audit", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => get<AuditPage>("/audit", { ...filter, limit: 100, after: pageParam }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** Seals follow within seconds, so the page looks again. */
export function useSeals() {
  return useQuery({
    queryKey: ["audit-seals"],
    queryFn: ({ signal }) => get<SealState>("/audit/seals", {}, signal),
    refetchInterval: 5_000,
  });
}
