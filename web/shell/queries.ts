import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "../kit/api.ts";

/**
 * Figures are fetched anew when the window comes to the front again and after every import; a refusal (4xx) is an answer
 * and not worth a retry. Who is signed out meets the sign-in page, because every page asks for the session first.
 */
export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (error instanceof ApiProblem && error.status === 401 && query.queryKey[0] !== "session") queries.setQueryData(["session"], null);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
    },
  },
});
