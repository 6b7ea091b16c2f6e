import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ApprovalRequest } from "../../src/access/approvals/contract.ts";
import type {
  Alert,
  BankConnection,
  BankConnectionChange,
  BankFile,
  BankJob,
  ConnectionTestAnswer,
  NewBankConnection,
} from "../../src/banks/connections/contract.ts";
import { get, send } from "../kit/api.ts";

// Syncs go on by themselves: what is shown follows them.
const followMs = 5_000;

function useList<T>(name: readonly string[], path: string, enabled = true) {
  return useQuery({
    enabled,
    queryKey: ["banks", ...name],
    queryFn: ({ signal }) => get<{ items: T[] }>(path, {}, signal),
    refetchInterval: followMs,
  });
}

export const useConnections = () => useList<BankConnection>(["connections"], "/bank-connections");
export const useAlerts = () => useList<Alert>(["alerts"], "/alerts?state=open");
export const useFiles = (id: string) => useList<BankFile>(["files", id], `/bank-connections/${id}/files`);

function useChange<Input, Answer>(change: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: change, onSettled: () => queries.invalidateQueries({ queryKey: ["banks"] }) });
}

export type Saved = BankConnection | ApprovalRequest;

export const useSave = () =>
  useChange(({ id, ...wanted }: (NewBankConnection | BankConnectionChange) & { id?: string }) =>
    id === undefined ? send<Saved>("POST", "/bank-connections", wanted) : send<Saved>("PATCH", `/bank-connections/${id}`, wanted),
  );
export const useRemove = () => useChange((id: string) => send<{ id: string } | ApprovalRequest>("DELETE", `/bank-connections/${id}`));
export const useTest = () =>
  useChange(({ id, confirmHostKey }: { id: string; confirmHostKey?: string }) =>
    send<ConnectionTestAnswer | ApprovalRequest>(
      "POST",
      `/bank-connections/${id}/test`,
      confirmHostKey === undefined ? {} : { confirmHostKey },
    ),
  );
export const useSync = () => useChange((id: string) => send<BankJob>("POST", `/bank-connections/${id}/sync`));
export const useFileDeed = () =>
  useChange(({ id, deed }: { id: string; deed: "retry" | "dismiss" }) => send<BankFile>("POST", `/bank-files/${id}/${deed}`));
export const useAcknowledge = () => useChange((id: string) => send<Alert>("POST", `/alerts/${id}/acknowledge`));
