import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ImportedRates, ImportRates, RateSetDetail, RateSetSummary } from "../../src/rates/contract.ts";
import { get, send } from "../kit/api.ts";

interface RateSets {
  readonly items: readonly RateSetSummary[];
  readonly next: string | null;
}

export function useRateSets() {
  return useInfiniteQuery({
    queryKey: ["rate-sets"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => get<RateSets>("/rate-sets", { limit: 100, after: pageParam }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** A frozen set never changes, so it is asked for once. */
export function useRateSet(name: string | undefined) {
  return useQuery({
    enabled: name !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryKey: ["rate-set", name],
    queryFn: ({ signal }) => get<RateSetDetail>(`/rate-sets/${name}`, {}, signal),
  });
}

export function useImportRates() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (file: ImportRates) => send<ImportedRates>("POST", "/rate-sets", file),
    onSuccess: () => Promise.all(["rate-sets", "position", "converted"].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}
