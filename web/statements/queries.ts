import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { DeliveryPage, StatementCalendar, StatementDetail, StatementPage, StatementStatus } from "../../src/statements/contract.ts";
import type { SuspectDecision, SuspectedDuplicate } from "../../src/statements/suspects/contract.ts";
import { get, send } from "../kit/api.ts";

export function useCalendar(from: string, to: string, accountId?: string) {
  return useQuery({
    queryKey: ["calendar", from, to, accountId],
    queryFn: ({ signal }) => get<StatementCalendar>("/statements/calendar", { from, to, accountId }, signal),
    placeholderData: keepPreviousData,
  });
}

export function useDeliveries() {
  return useInfiniteQuery({
    queryKey: ["deliveries"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => get<DeliveryPage>("/deliveries", { limit: 50, after: pageParam }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useStatements(status: StatementStatus | undefined) {
  return useInfiniteQuery({
    queryKey: ["statements", status],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => get<StatementPage>("/statements", { status, limit: 50, after: pageParam }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useStatement(statementId: string | null) {
  return useQuery({
    queryKey: ["statement", statementId],
    queryFn: ({ signal }) => get<StatementDetail>(`/statements/${statementId ?? ""}`, {}, signal),
    enabled: statementId !== null,
  });
}

export function useSuspects(decided: boolean) {
  return useQuery({
    queryKey: ["suspects", decided],
    queryFn: ({ signal }) => get<{ items: SuspectedDuplicate[] }>("/suspected-duplicates", { decided: String(decided) }, signal),
  });
}

/** A decision moves figures everywhere, so all of them are read anew. */
export function useDecideSuspect() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, decision }: SuspectDecision & { id: string }) =>
      send<SuspectedDuplicate>("PUT", `/suspected-duplicates/${id}/decision`, { decision }),
    onSuccess: () => queries.invalidateQueries(),
  });
}
