import {
  type InfiniteData,
  InfiniteQueryObserver,
  type InfiniteQueryObserverOptions,
  type InfiniteQueryObserverResult,
  type QueryKey,
  QueryObserver,
  type QueryObserverOptions,
  type QueryObserverResult,
} from "@tanstack/query-core";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { type Problem, problemOf } from "../api/problem";
import { queries } from "./client";

export interface QueryOptions<T> {
  key: QueryKey;
  read: (signal: AbortSignal) => Promise<T>;
  enabled?: boolean;
  staleMs?: number;
  everyMs?: number;
  /** Show what the last key gave until this one answers. */
  keep?: boolean;
}

/** What the server has under a key: shared by all who ask, read again when stale. */
export function useQuery<T>(given: QueryOptions<T>): QueryObserverResult<T, Problem> {
  const options: QueryObserverOptions<T, Problem> = {
    queryKey: given.key,
    queryFn: ({ signal }) =>
      given.read(signal).catch((error: unknown) => {
        throw problemOf(error);
      }),
    enabled: given.enabled ?? true,
    ...(given.staleMs === undefined ? {} : { staleTime: given.staleMs }),
    ...(given.everyMs === undefined ? {} : { refetchInterval: given.everyMs }),
    ...(given.keep ? { placeholderData: (before: T | undefined) => before as never } : {}),
  };
  const [observer] = useState(() => new QueryObserver<T, Problem>(queries, options));
  return useObserved(observer, options);
}

export interface Page<T> {
  data: T[];
  has_more: boolean;
  next_cursor?: string | null;
}

export interface ListOptions<T> {
  key: QueryKey;
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;
  enabled?: boolean;
  everyMs?: number;
  staleMs?: number;
}

type Listed<T> = InfiniteQueryObserverResult<InfiniteData<Page<T>>, Problem> & { rows: T[] };

/** A list page by page: `rows` are all that were read, `fetchNextPage` reads on. */
export function useList<T>(given: ListOptions<T>): Listed<T> {
  const options: InfiniteQueryObserverOptions<Page<T>, Problem, InfiniteData<Page<T>>, QueryKey, string> = {
    queryKey: given.key,
    queryFn: ({ signal, pageParam }) =>
      given.read(pageParam || undefined, signal).catch((error: unknown) => {
        throw problemOf(error);
      }),
    initialPageParam: "",
    getNextPageParam: (last) => (last.has_more ? last.next_cursor : undefined),
    enabled: given.enabled ?? true,
    ...(given.staleMs === undefined ? {} : { staleTime: given.staleMs }),
    ...(given.everyMs === undefined ? {} : { refetchInterval: given.everyMs }),
  };
  const [observer] = useState(() => new InfiniteQueryObserver(queries, options));
  const result = useObserved(observer, options);
  const rows = useMemo(() => result.data?.pages.flatMap((page) => page.data) ?? [], [result.data]);
  return { ...result, rows };
}

interface Observer<R, O> {
  setOptions(options: O): void;
  getOptimisticResult(options: never): R;
  subscribe(listener: (result: R) => void): () => void;
}

function useObserved<R, O>(observer: Observer<R, O>, options: O): R {
  const [, redraw] = useState(0);
  useEffect(() => observer.subscribe(() => redraw((turn) => turn + 1)), [observer]);
  useEffect(() => observer.setOptions(options));
  return observer.getOptimisticResult(queries.defaultQueryOptions(options as never) as never);
}

export interface Act<I, O> {
  run: (input: I) => Promise<O | undefined>;
  isRunning: boolean;
  problem: Problem | null;
  forget: () => void;
}

/** A change. `run` never throws: what was refused stands in `problem` until the next run. */
export function useAct<I = void, O = unknown>(
  act: (input: I) => Promise<O>,
  then: { invalidates?: QueryKey[]; done?: (output: O, input: I) => void } = {},
): Act<I, O> {
  const [state, set] = useState<{ isRunning: boolean; problem: Problem | null }>({
    isRunning: false,
    problem: null,
  });
  const run = async (input: I): Promise<O | undefined> => {
    set({ isRunning: true, problem: null });
    try {
      const output = await act(input);
      await Promise.all((then.invalidates ?? []).map((queryKey) => queries.invalidateQueries({ queryKey })));
      set({ isRunning: false, problem: null });
      then.done?.(output, input);
      return output;
    } catch (error) {
      set({ isRunning: false, problem: problemOf(error) });
      return undefined;
    }
  };
  const forget = useCallback(() => set({ isRunning: false, problem: null }), []);
  return { run, ...state, forget };
}
