import { expect, vi } from "vitest";
import { isLive, openLive, type Snapshot } from "../live";

/** Whom `GET /v1/me` must name while a test is live. */
export const FOLLOWER = { client_id: "acme", user_id: "ann" };

class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static last: Stream | undefined;
  readonly readyState = 1;
  onopen = () => {};
  onerror = () => {};
  constructor() {
    super();
    Stream.last = this;
  }
  close() {}
}

/** Changes arrive live, and are those that the test says. */
export async function goLive(): Promise<{ say: (change: Snapshot) => void; close: () => void }> {
  vi.stubGlobal("EventSource", Stream);
  Stream.last = undefined;
  const close = openLive(FOLLOWER, vi.fn());
  await expect.poll(() => Stream.last).toBeTruthy();
  (Stream.last as Stream | undefined)?.onopen();
  await expect.poll(() => isLive.value).toBe(true);
  const say = (change: Snapshot) =>
    void Stream.last?.dispatchEvent(new MessageEvent("process", { data: JSON.stringify(change) }));
  return { say, close };
}
