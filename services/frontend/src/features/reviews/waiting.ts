import { signal } from "@preact/signals";
import { InfiniteQueryObserver } from "@tanstack/query-core";
import { isLive, onSnapshot } from "../../lib/live";
import { queries } from "../../lib/query/client";
import type { Page } from "../../lib/query/use";
import { countOpen, queueKey, type Review, readQueue } from "./api";

/** How many reviews wait, for the navigation: "7", "50+", "" for none. */
export const waiting = signal("");

const EVERY_MS = 15_000;
const SETTLED_MS = 400;

/** Keeps the count while somebody who reviews is signed in; it shares the queue's own first page. */
export function watchWaiting(): () => void {
  const observer = new InfiniteQueryObserver<
    Page<Review>,
    Error,
    { pages: Page<Review>[] },
    readonly unknown[],
    string
  >(queries, {
    queryKey: queueKey({}),
    queryFn: ({ signal: stop, pageParam }) => readQueue({})(pageParam || undefined, stop),
    initialPageParam: "",
    getNextPageParam: (last) => (last.has_more ? last.next_cursor : undefined),
    refetchInterval: () => (isLive.value ? false : EVERY_MS),
  });
  const stop = observer.subscribe(({ data }) => {
    const rows = data?.pages.reduce((total, page) => total + page.data.length, 0) ?? 0;
    waiting.value = rows === 0 ? "" : `${rows}${data?.pages.at(-1)?.has_more ? "+" : ""}`;
    // A queue longer than its first page is counted by the server.
    if (data?.pages.at(-1)?.has_more)
      void countOpen().then((open) => {
        if (open !== null) waiting.value = String(open);
      });
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const unheard = onSnapshot(() => {
    // A batch changes many processes at once; the list is read once for all of them.
    clearTimeout(timer);
    timer = setTimeout(() => void queries.invalidateQueries({ queryKey: ["reviews"] }), SETTLED_MS);
  });
  return () => {
    clearTimeout(timer);
    unheard();
    stop();
    waiting.value = "";
  };
}
