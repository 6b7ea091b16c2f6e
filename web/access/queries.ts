import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ApprovalPolicy, ApprovalRequest, DecidedApproval, NewApprovalPolicy } from "../../src/access/approvals/contract.ts";
import type {
  AccessMatrix,
  AccessRules,
  ApiKey,
  CreatedApiKey,
  IdentityProvider,
  IdentityProviderChange,
  InvitedPerson,
  NewPassword,
  NewPerson,
  OwnSession,
  Person,
  PersonChange,
  ProviderTest,
  Session,
  SignInLink,
} from "../../src/access/contract.ts";
import { get, send } from "../kit/api.ts";

/** What was done, or the request that now waits for somebody else. */
export function isWaiting(answer: object): answer is ApprovalRequest {
  return "approvalsNeeded" in answer && "payloadHash" in answer;
}

function useList<T>(name: string, path: string, enabled = true) {
  return useQuery({ enabled, queryKey: ["access", name], queryFn: ({ signal }) => get<T>(path, {}, signal) });
}

export const usePeople = () => useList<{ items: Person[] }>("people", "/people");
export const useKeys = () => useList<{ items: ApiKey[] }>("keys", "/api-keys");
export const useMatrix = () => useList<AccessMatrix>("matrix", "/roles");
export const useRules = () => useList<AccessRules>("rules", "/access-rules");
export const useProvider = () => useList<{ provider: IdentityProvider | null }>("provider", "/identity-provider");
export const useOwnSessions = () => useList<{ items: OwnSession[] }>("sessions", "/sessions");
export const usePolicies = () => useList<{ items: ApprovalPolicy[] }>("policies", "/approval-policies");
export const useApprovals = () => useList<{ items: ApprovalRequest[] }>("approvals", "/approvals");

/** Any change may change what another list shows, so all of them are read anew. */
function useChange<Input, Answer>(change: (input: Input) => Promise<Answer>, onDone: (answer: Answer) => void = () => {}) {
  const queries = useQueryClient();
  // `onDone` here, not at mutate(): by then the row that asked may be gone from the list.
  return useMutation({ mutationFn: change, onSuccess: onDone, onSettled: () => queries.invalidateQueries({ queryKey: ["access"] }) });
}

export const useInvite = () => useChange((person: NewPerson) => send<InvitedPerson | ApprovalRequest>("POST", "/people", person));
export const useChangePerson = () =>
  useChange(({ id, ...change }: PersonChange & { id: string }) => send<Person | ApprovalRequest>("PATCH", `/people/${id}`, change));
export const useMakeLink = () => useChange((id: string) => send<SignInLink | ApprovalRequest>("POST", `/people/${id}/link`));
export const useEndSessions = () => useChange((id: string) => send<{ ended: number }>("DELETE", `/people/${id}/sessions`));
export const useMakeKey = () =>
  useChange((key: { name: string; scopes: readonly string[] }) => send<CreatedApiKey | ApprovalRequest>("POST", "/api-keys", key));
export const useRevokeKey = () => useChange((id: string) => send<ApiKey>("DELETE", `/api-keys/${id}`));
export const useEndOwnSession = () => useChange((id: string) => send<{ ended: number }>("DELETE", `/sessions/${id}`));
export const useDecide = (onDone: (decided: DecidedApproval) => void) =>
  useChange(
    ({ id, ...decision }: { id: string; decision: "approved" | "rejected"; reason?: string }) =>
      send<DecidedApproval>("POST", `/approvals/${id}/decision`, decision),
    onDone,
  );
export const useMakeCode = (onDone: (made: { code: string }) => void) =>
  useChange((id: string) => send<{ code: string }>("POST", `/approvals/${id}/code`), onDone);
export const useAddPolicy = () => useChange((policy: NewApprovalPolicy) => send<ApprovalPolicy>("POST", "/approval-policies", policy));
export const useEndPolicy = () => useChange((id: string) => send<ApprovalPolicy | ApprovalRequest>("DELETE", `/approval-policies/${id}`));
export const useSetRules = () =>
  useChange((rules: Partial<AccessRules>) => send<AccessRules | ApprovalRequest>("PATCH", "/access-rules", rules));
export const useSetProvider = () =>
  useChange((provider: IdentityProviderChange) => send<IdentityProvider | ApprovalRequest>("PUT", "/identity-provider", provider));
export const useRemoveProvider = () =>
  useChange(async () => (await send<ApprovalRequest | null | undefined>("DELETE", "/identity-provider")) ?? { removed: true });
export const useTestProvider = () => useChange(() => send<ProviderTest>("POST", "/identity-provider/test"));
export const useEndOtherSessions = () => useChange(() => send<{ ended: number }>("DELETE", "/sessions"));
export const useSetPassword = () => useChange((passwords: NewPassword) => send<Session>("PUT", "/session/password", passwords));
export const useWithdraw = () => useChange((id: string) => send<ApprovalRequest>("DELETE", `/approvals/${id}`));
