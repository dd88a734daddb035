import { signal } from "@preact/signals";
import { QueryObserver } from "@tanstack/query-core";
import { isLive, onSnapshot } from "../../lib/live";
import { queries } from "../../lib/query/client";
import { inTurns } from "../../lib/turns";
import { countUnread } from "./api";

/** How many notifications the person has not read: "7", "1000+", "" for none. */
export const unread = signal("");

const UNREAD = ["notifications", "unread"] as const;
const EVERY_MS = 30_000;
const LIVE_MS = 120_000;
const SETTLED_MS = 2_000;

/** Keeps the count while somebody of a client is signed in: asked soon after a change, and now and then. */
export function watchUnread(): () => void {
  const observer = new QueryObserver(queries, {
    queryKey: UNREAD,
    queryFn: ({ signal: stop }) => countUnread(stop),
    refetchInterval: () => (isLive.value ? LIVE_MS : EVERY_MS),
  });
  const stop = observer.subscribe(({ data }) => {
    unread.value = data?.unread ? `${data.unread}${data.is_capped ? "+" : ""}` : "";
  });
  const reading = inTurns(() => queries.invalidateQueries({ queryKey: ["notifications"] }), SETTLED_MS);
  const unheard = onSnapshot(({ status }) => {
    // Only what ends or is held is told of; a batch is asked about once.
    if (["hitl_review", "failed", "completed"].includes(status)) reading.ask();
  });
  return () => {
    reading.stop();
    unheard();
    stop();
    unread.value = "";
  };
}
