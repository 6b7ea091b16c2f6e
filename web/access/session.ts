import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { OfferedProviders, Session, SignIn, SignInAnswer, SignInByLink } from "../../src/access/contract.ts";
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

/** By a link, and the code that goes with it. */
export function useSignInByLink() {
  const enter = useEnter();
  return useMutation({
    mutationFn: (link: SignInByLink) => send<SignInAnswer>("POST", "/session/link", link),
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
    mutationFn: () => send<{ location: string | null }>("POST", "/session/sign-out"),
    onSuccess: ({ location }) => {
      queries.clear();
      queries.setQueryData(["session"], null);
      // Who came from an identity provider signs out there as well.
      if (location !== null) window.location.assign(location);
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

/** Providers to offer: those shown to everybody, and those of the domain that was typed. */
export function useProviders(email: string) {
  const domain = /@([^@\s]+\.[^@\s]+)$/.exec(email)?.[1] ?? "";
  return useQuery({
    queryKey: ["providers", domain],
    staleTime: 60_000,
    queryFn: ({ signal }) => get<OfferedProviders>("/session/providers", { domain }, signal),
  });
}
