import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { DeliveryPage, StatementCalendar, StatementDetail, StatementPage, StatementStatus } from "../../src/statements/contract.ts";
import { get } from "../kit/api.ts";

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
