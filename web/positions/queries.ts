import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { CashFlowPage } from "../../src/cash-flows/contract.ts";
import type { Grouping, Position, PositionHistory } from "../../src/positions/contract.ts";
import { get } from "../kit/api.ts";
import { useView } from "../shell/view.ts";

/** The position of the view's day, moment and basis. */
export function usePosition(by: Grouping, asOf?: string) {
  const { when } = useView();
  const query = { ...when, asOf: asOf ?? when.asOf, by };
  return useQuery({
    queryKey: ["position", query],
    queryFn: ({ signal }) => get<Position>("/positions", query, signal),
    placeholderData: keepPreviousData,
  });
}

export function usePositionHistory(by: Grouping, from: string, to: string, enabled = true) {
  const { when } = useView();
  const query = { from, to, knownAt: when.knownAt, basis: when.basis, by };
  return useQuery({
    enabled,
    queryKey: ["history", query],
    queryFn: ({ signal }) => get<PositionHistory>("/positions/history", query, signal),
    placeholderData: keepPreviousData,
  });
}

export function useFlows(from: string, to: string) {
  const query = { from, to, limit: 500, minCertainty: 80 };
  return useQuery({
    queryKey: ["flows", query],
    queryFn: ({ signal }) => get<CashFlowPage>("/cash-flows", query, signal),
    placeholderData: keepPreviousData,
  });
}
