import { signal } from "@preact/signals";
import { send } from "./api/client";

export interface Snapshot {
  process_id: string;
  status: string;
  current_stage: string;
  version: number;
  updated_at: string;
}

type Listener = (snapshot: Snapshot) => void;

/** Whether changes arrive as they happen. While they do not, lists read themselves anew every few seconds. */
export const isLive = signal(false);

const listeners = new Set<Listener>();
const AGAIN_MS = 4_000;

export function onSnapshot(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** One stream per tab, from now until `close`. The browser itself continues after the last mark. */
export function openLive(): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  const open = () => {
    source = new EventSource("/v1/events");
    source.onopen = () => {
      isLive.value = true;
    };
    source.addEventListener("process", (event) => tell(JSON.parse((event as MessageEvent<string>).data)));
    source.onerror = () => {
      isLive.value = false;
      if (source?.readyState !== EventSource.CLOSED || closed) return;
      // Refused for good, most likely because the session ran out: any request renews it.
      timer = setTimeout(() => void send("/v1/me").then(() => !closed && open(), open), AGAIN_MS);
    };
  };
  open();
  return () => {
    closed = true;
    isLive.value = false;
    clearTimeout(timer);
    source?.close();
  };
}

function tell(snapshot: Snapshot): void {
  for (const listener of listeners) listener(snapshot);
}
