import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Session, SignIn, SignInAnswer } from "../../src/access/contract.ts";
import { ApiProblem, get, send } from "../kit/api.ts";

/** The session, or null for somebody who is not signed in. */
export function useSession() {
  return useQuery({
    queryKey: ["session"],
    staleTime: 5 * 60_000,
    queryFn: async ({ signal }): Promise<Session | null> => {
      try {
        return await get<Session>("/session", {}, signal);
      } catch (problem) {
        if (problem instanceof ApiProblem && problem.status === 401) return null;
        throw problem;
      }
    },
  });
}

/** Whether this person may do it. The server decides; the pages only keep from offering what it would refuse. */
export function useMay(permission: Session["permissions"][number]): boolean {
  return useSession().data?.permissions.includes(permission) ?? false;
}

export function useSignIn() {
  const enter = useEnter();
  return useMutation({
    mutationFn: (credentials: SignIn) => send<SignInAnswer>("POST", "/session", credentials),
    onSuccess: (answer) => (answer.session === null ? undefined : enter(answer.session)),
  });
}

/** Nothing of the one tenant may ever be shown as the other's, so the page starts anew and nothing fetched so far survives. */
export function useSwitchTenant() {
  return useMutation({
    mutationFn: (tenant: string) => send<Session>("POST", "/session/tenant", { tenant }),
    onSuccess: () => window.location.assign("/"),
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => send<void>("DELETE", "/session"),
    onSuccess: () => {
      queries.clear();
      queries.setQueryData(["session"], null);
    },
  });
}

function useEnter() {
  const queries = useQueryClient();
  return (session: Session) => {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
    queries.setQueryData(["session"], session);
  };
}
