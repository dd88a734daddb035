import { QueryClient } from "@tanstack/query-core";
import { problemOf } from "../api/problem";

/** Refusals are final; only a missing or overloaded server is asked again. */
function worthAnotherTry(tries: number, error: unknown): boolean {
  const { status } = problemOf(error);
  return tries < 2 && (status === 0 || status === 502 || status === 503 || status === 504);
}

export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, gcTime: 10 * 60_000, retry: worthAnotherTry, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});
queries.mount();
