import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Account, AccountBalances, AccountPage, FoundAccounts, Proof, ProofQuery } from "../../src/accounts/contract.ts";
import type { Basis } from "../../src/positions/contract.ts";
import type { EntryPage, StatementPage } from "../../src/statements/contract.ts";
import { looksLikeNumber } from "../kit/account-number.ts";
import { get, send } from "../kit/api.ts";

/** All accounts of the tenant: read page by page until there is no next. */
export function useAccounts() {
  return useQuery({
    queryKey: ["accounts"],
    queryFn: async ({ signal }): Promise<Account[]> => {
      const accounts: Account[] = [];
      let after: string | undefined;
      do {
        const page = await get<AccountPage>("/accounts", { limit: 500, after }, signal);
        accounts.push(...page.items);
        after = page.next ?? undefined;
      } while (after !== undefined);
      return accounts;
    },
  });
}

export function useAccount(accountId: string) {
  return useQuery({
    queryKey: ["accounts", accountId],
    queryFn: ({ signal }) => get<Account>(`/accounts/${accountId}`, {}, signal),
  });
}

export function useBalances(accountId: string, from: string, to: string, basis: Basis, enabled = true) {
  return useQuery({
    enabled,
    queryKey: ["balances", accountId, from, to, basis],
    queryFn: ({ signal }) => get<AccountBalances>(`/accounts/${accountId}/balances`, { from, to, basis }, signal),
    placeholderData: keepPreviousData,
  });
}

export interface EntryFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly minAmount?: string | undefined;
  readonly maxAmount?: string | undefined;
  readonly text?: string | undefined;
  readonly basis?: Basis | undefined;
  /** A partner's whole account number, in place of a text. */
  readonly number?: string | undefined;
}

export function useEntries(accountId: string, filter: EntryFilter) {
  return useInfiniteQuery({
    queryKey: ["entries", accountId, filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const { number, basis: _, ...narrowed } = filter;
      if (number !== undefined)
        return send<EntryPage>("POST", "/entries/search", { number, accountId, ...narrowed, limit: 200, after: pageParam });
      return get<EntryPage>(`/accounts/${accountId}/entries`, { ...filter, limit: 200, after: pageParam }, signal);
    },
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** What is known under a whole account number: accounts of one's own, and the newest entries with that partner. */
export function useNumber(text: string) {
  const number = text.trim();
  return useQuery({
    enabled: looksLikeNumber(number),
    queryKey: ["number", number],
    gcTime: 0,
    queryFn: async () => {
      const [accounts, entries] = await Promise.all([
        send<FoundAccounts>("POST", "/accounts/search", { number }),
        send<EntryPage>("POST", "/entries/search", { number, limit: 5 }),
      ]);
      return { accounts: accounts.items, entries: entries.items };
    },
  });
}

export function useAccountStatements(accountId: string) {
  return useInfiniteQuery({
    queryKey: ["statements", "of", accountId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => get<StatementPage>("/statements", { accountId, limit: 50, after: pageParam }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useProof(accountId: string, query: ProofQuery) {
  return useQuery({
    queryKey: ["proof", accountId, query],
    queryFn: ({ signal }) => get<Proof>(`/accounts/${accountId}/proof`, { ...query }, signal),
  });
}
