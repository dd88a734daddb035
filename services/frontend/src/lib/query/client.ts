import { QueryClient, replaceEqualDeep } from "@tanstack/query-core";
import { problemOf } from "../api/problem";

/** Refusals are final; only a missing or overloaded server is asked again. */
function worthAnotherTry(tries: number, error: unknown): boolean {
  const { status } = problemOf(error);
  return tries < 2 && (status === 0 || status === 502 || status === 503 || status === 504);
}

/** What is read again and is the same stays the same object. The library takes other orders of members for the same. */
function shared(before: unknown, after: unknown): unknown {
  const kept = replaceEqualDeep(before, after);
  return JSON.stringify(kept) === JSON.stringify(after) ? kept : after;
}

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 10 * 60_000,
      retry: worthAnotherTry,
      refetchOnWindowFocus: true,
      structuralSharing: shared,
    },
    mutations: { retry: false },
  },
});
queries.mount();
