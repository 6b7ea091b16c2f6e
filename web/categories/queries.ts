import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type {
  Category,
  CategoryFlows,
  Corrected,
  Counterparty,
  NewRule,
  Rule,
  RuleTrial,
  Run,
  TryRule,
} from "../../src/categories/contract.ts";
import { get, send } from "../kit/api.ts";

export function useCategories() {
  return useQuery({
    queryKey: ["categories"],
    queryFn: async ({ signal }) => (await get<{ items: Category[] }>("/categories", {}, signal)).items,
  });
}

export function useRules() {
  return useQuery({
    queryKey: ["category-rules"],
    queryFn: async ({ signal }) => (await get<{ items: Rule[] }>("/category-rules", {}, signal)).items,
  });
}

/** Asked again while something is sorted. */
export function useRuns() {
  return useQuery({
    queryKey: ["category-runs"],
    queryFn: async ({ signal }) => (await get<{ items: Run[] }>("/category-runs", {}, signal)).items,
    refetchInterval: ({ state }) => (state.data?.some((run) => run.state === "waiting") === true ? 1_000 : false),
  });
}

export function useCategoryFlows(from: string, to: string, knownAt: string | undefined) {
  return useQuery({
    queryKey: ["category-flows", from, to, knownAt],
    queryFn: ({ signal }) => get<CategoryFlows>("/category-flows", { from, to, knownAt }, signal),
    placeholderData: keepPreviousData,
  });
}

export function useCounterparties(text: string) {
  return useInfiniteQuery({
    queryKey: ["counterparties", text],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      get<{ items: Counterparty[]; next: string | null }>("/counterparties", { text, limit: 100, after: pageParam }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useTryRule() {
  return useMutation({ mutationFn: (wanted: TryRule) => send<RuleTrial>("POST", "/category-rules/try", wanted) });
}

export function useSaveRule() {
  const renew = useRenew();
  return useMutation({
    mutationFn: ({ id, rule }: { readonly id?: string | undefined; readonly rule: NewRule }) =>
      id === undefined ? send<Rule>("POST", "/category-rules", rule) : send<Rule>("PUT", `/category-rules/${id}`, rule),
    onSuccess: renew,
  });
}

export function useRemoveRule() {
  const renew = useRenew();
  return useMutation({ mutationFn: (id: string) => send<undefined>("DELETE", `/category-rules/${id}`), onSuccess: renew });
}

export function useCorrect() {
  const renew = useRenew();
  return useMutation({
    mutationFn: (wanted: { readonly ids: readonly string[]; readonly category: string | null }) =>
      send<Corrected>("PUT", "/entry-categories", wanted),
    onSuccess: renew,
  });
}

function useRenew() {
  const queries = useQueryClient();
  return () =>
    Promise.all(
      ["category-rules", "category-runs", "category-flows", "entries"].map((key) => queries.invalidateQueries({ queryKey: [key] })),
    );
}
