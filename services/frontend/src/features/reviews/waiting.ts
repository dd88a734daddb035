import { signal } from "@preact/signals";
import { InfiniteQueryObserver } from "@tanstack/query-core";
import { isLive, onSnapshot } from "../../lib/live";
import { queries } from "../../lib/query/client";
import type { Page } from "../../lib/query/use";
import { inTurns } from "../../lib/turns";
import { countOpen, queueKey, type Review, readQueue } from "./api";

/** How many reviews wait, for the navigation: "7", "50+", "" for none. */
export const waiting = signal("");

const EVERY_MS = 15_000;
const SETTLED_MS = 400;

/** Keeps the count, and every list of reviews, up to date while somebody who reviews is signed in; it shares the queue's own first page. */
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
  // A count that was asked for before this answer says less than the answer does.
  let turn = 0;
  const stop = observer.subscribe(({ data }) => {
    const own = ++turn;
    const rows = data?.pages.reduce((total, page) => total + page.data.length, 0) ?? 0;
    waiting.value = rows === 0 ? "" : `${rows}${data?.pages.at(-1)?.has_more ? "+" : ""}`;
    // A queue longer than its first page is counted by the server.
    if (data?.pages.at(-1)?.has_more)
      void countOpen().then((open) => {
        if (open !== null && own === turn) waiting.value = String(open);
      });
  });
  // A batch changes many processes at once; the lists of reviews are read once for all of them.
  const reading = inTurns(() => queries.invalidateQueries({ queryKey: ["reviews"] }), SETTLED_MS);
  const unheard = onSnapshot(reading.ask);
  return () => {
    reading.stop();
    unheard();
    stop();
    turn++;
    waiting.value = "";
  };
}
