import { signal } from "@preact/signals";
import { api, body } from "./api/client";

export interface Snapshot {
  process_id: string;
  status: string;
  current_stage: string;
  version: number;
  updated_at: string;
}

/** Whose changes are heard; a tab of anybody else hears none of them. */
export interface Follower {
  client_id: string | null;
  user_id: string | null;
}

type Listener = (snapshot: Snapshot) => void;
type News = { isLive: boolean } | { snapshot: Snapshot };
type Tell = (news: News) => void;

/** Whether changes arrive as they happen. While they do not, lists read themselves anew every few seconds. */
export const isLive = signal(false);

const listeners = new Set<Listener>();
const AGAIN_MS = 4_000;
/** What a tab says that wants to know whether it is live. */
const ASKED = null;

export function onSnapshot(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Changes as they come, from now until `close`; `gone` once the cookies are another person's.
 *
 * Over HTTP/1.1 a browser opens six connections to a host, and a stream takes one for good. So the tabs of one person
 * share the stream of the one that holds their lock; when it closes, the next in line takes over. Locks need https or
 * localhost; without them every tab has a stream of its own.
 */
export function openLive(who: Follower, gone: () => void): () => void {
  const over = new AbortController();
  if (navigator.locks) share(who, gone, over.signal);
  else follow(who, gone, hear, over.signal);
  return () => {
    over.abort();
    isLive.value = false;
  };
}

function share(who: Follower, gone: () => void, over: AbortSignal): void {
  const name = `docflow.live.${who.client_id}.${who.user_id}`;
  const channel = new BroadcastChannel(name);
  let leads = false;
  channel.onmessage = ({ data }: MessageEvent<News | typeof ASKED>) => {
    if (data !== ASKED) hear(data);
    else if (leads) channel.postMessage({ isLive: isLive.value });
  };
  // The leader of a phone may sleep: a tab that comes to the front is live once it is told so.
  const ask = () => {
    if (leads || document.hidden) return;
    hear({ isLive: false });
    channel.postMessage(ASKED);
  };
  const lead = () => {
    leads = true;
    const tell: Tell = (news) => {
      hear(news);
      channel.postMessage(news);
    };
    follow(who, gone, tell, over);
    return new Promise<void>((release) => over.addEventListener("abort", () => release()));
  };
  over.addEventListener("abort", () => channel.close());
  document.addEventListener("visibilitychange", ask, { signal: over });
  channel.postMessage(ASKED);
  // Refused only where the tab was closed in line.
  navigator.locks.request(name, { signal: over }, lead).catch(() => undefined);
}

/** The stream itself. The browser continues after the last mark, with the cookies it has then: they may be another's. */
function follow(who: Follower, gone: () => void, tell: Tell, over: AbortSignal): void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOurs: Promise<boolean | null> = Promise.resolve(false);
  const open = () => {
    source = new EventSource("/v1/events");
    const tellOurs = async (news: News) => {
      if ((await isOurs) && !over.aborted) tell(news);
    };
    source.onopen = () => {
      isOurs = isStill(who);
      void isOurs.then(unlessOurs);
      void tellOurs({ isLive: true });
    };
    source.addEventListener("process", (event) => {
      void tellOurs({ snapshot: JSON.parse((event as MessageEvent<string>).data) });
    });
    source.onerror = () => {
      tell({ isLive: false });
      // Refused for good, most likely because the session ran out: any request renews it.
      if (source.readyState === EventSource.CLOSED) again();
    };
  };
  const again = () => {
    source.close();
    if (over.aborted) return;
    clearTimeout(timer);
    timer = setTimeout(
      () => void isStill(who).then((yes) => (yes && !over.aborted ? open() : unlessOurs(yes))),
      AGAIN_MS,
    );
  };
  const unlessOurs = (yes: boolean | null) => {
    if (yes) return;
    again();
    if (yes === false && !over.aborted) gone();
  };
  over.addEventListener("abort", () => {
    clearTimeout(timer);
    source.close();
  });
  tell({ isLive: false });
  open();
}

/** null = nobody can tell now. */
async function isStill(who: Follower): Promise<boolean | null> {
  const now = await body(api.GET("/v1/me")).catch(() => null);
  return now && now.client_id === who.client_id && now.user_id === who.user_id;
}

const hear: Tell = (news) => {
  if ("isLive" in news) isLive.value = news.isLive;
  else for (const listener of listeners) listener(news.snapshot);
};
