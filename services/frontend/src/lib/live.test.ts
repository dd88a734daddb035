import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { serve } from "./testing/server";

const WHO = { client_id: "acme", user_id: "ann" };
const CHANGE = { process_id: "p", status: "completed", current_stage: "OUTPUT", version: 2, updated_at: "" };

class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static open: Stream[] = [];
  onopen = () => {};
  onerror = () => {};
  readyState = 1;
  constructor() {
    super();
    Stream.open.push(this);
  }
  close() {
    this.readyState = Stream.CLOSED;
    Stream.open = Stream.open.filter((each) => each !== this);
  }
  say(change: unknown) {
    this.dispatchEvent(new MessageEvent("process", { data: JSON.stringify(change) }));
  }
}

/** Locks in the order they are asked for, as a browser gives them. */
function newLocks() {
  const ends = new Map<string, Promise<unknown>>();
  return {
    request(name: string, { signal }: { signal: AbortSignal }, act: () => Promise<void>) {
      const turn = (ends.get(name) ?? Promise.resolve()).then(() => {
        signal.throwIfAborted();
        return act();
      });
      ends.set(
        name,
        turn.catch(() => undefined),
      );
      return turn;
    },
  };
}

const closings: (() => void)[] = [];

/** A tab has the module to itself and shares locks, channels and the server with the others. */
async function openTab(who = WHO) {
  vi.resetModules();
  const live = await import("./live");
  const heard: unknown[] = [];
  live.onSnapshot((snapshot) => heard.push(snapshot));
  const gone = vi.fn();
  const close = live.openLive(who, gone);
  closings.push(close);
  return { heard, close, gone, isLive: () => live.isLive.value };
}

beforeEach(() => {
  Stream.open = [];
  vi.stubGlobal("EventSource", Stream);
  Object.defineProperty(navigator, "locks", { value: newLocks(), configurable: true });
  serve({ "GET /v1/me": { body: WHO } });
});

afterEach(() => {
  for (const close of closings.splice(0)) close();
});

test("the tabs of a person share one stream, and the next takes over when its tab closes", async () => {
  const [first, second] = [await openTab(), await openTab()];
  await vi.waitFor(() => expect(Stream.open).toHaveLength(1));
  Stream.open[0]?.onopen();
  await vi.waitFor(() => expect([first.isLive(), second.isLive()]).toEqual([true, true]));
  Stream.open[0]?.say(CHANGE);
  await vi.waitFor(() => expect([first.heard, second.heard]).toEqual([[CHANGE], [CHANGE]]));

  const [gone] = Stream.open;
  first.close();
  await vi.waitFor(() => expect(Stream.open).toHaveLength(1));
  expect(Stream.open[0]).not.toBe(gone);
  expect(second.isLive()).toBe(false);
  Stream.open[0]?.onopen();
  await vi.waitFor(() => expect(second.isLive()).toBe(true));
  Stream.open[0]?.say(CHANGE);
  await vi.waitFor(() => expect(second.heard).toHaveLength(2));
  expect(first.heard).toHaveLength(1);
});

test("a tab that comes later is told that it is live", async () => {
  await openTab();
  await vi.waitFor(() => expect(Stream.open).toHaveLength(1));
  Stream.open[0]?.onopen();
  const late = await openTab();
  await vi.waitFor(() => expect(late.isLive()).toBe(true));
});

test("another person's tab has its own stream, and a stream of another's cookies tells nothing", async () => {
  const [ann, bob] = [await openTab(), await openTab({ ...WHO, user_id: "bob" })];
  await vi.waitFor(() => expect(Stream.open).toHaveLength(2));
  const [ofAnn, ofBob] = Stream.open;
  ofAnn?.onopen();
  ofBob?.onopen();
  ofAnn?.say(CHANGE);
  ofBob?.say(CHANGE);
  await vi.waitFor(() => expect(ann.heard).toEqual([CHANGE]));
  await vi.waitFor(() => expect(Stream.open).toEqual([ofAnn]));
  expect(bob.heard).toEqual([]);
  expect(bob.gone).toHaveBeenCalled();
  expect(ann.gone).not.toHaveBeenCalled();
  expect(bob.isLive()).toBe(false);
});

test("without locks every tab streams by itself", async () => {
  Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
  await openTab();
  await openTab();
  expect(Stream.open).toHaveLength(2);
});
