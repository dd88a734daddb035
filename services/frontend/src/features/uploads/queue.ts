import { computed, signal } from "@preact/signals";
import { api, body, onceKey, type Schemas } from "../../lib/api/client";
import { type Problem, problemOf } from "../../lib/api/problem";
import { isLive, onSnapshot, type Snapshot } from "../../lib/live";
import { submit } from "./sending";

type Process = Schemas["ProcessOut"];

/** queued → sending → taken, or refused, or stopped by the person. What is taken has a process of its own. */
export type State = "queued" | "sending" | "taken" | "refused" | "stopped";

export interface Item {
  id: number;
  name: string;
  files: readonly File[];
  sizeBytes: number;
  type: string;
  key: string;
  state: State;
  /** 0..1 of the bytes have left. */
  sent: number;
  problem: Problem | null;
  process: Process | null;
  isEarlier: boolean;
}

export interface Choice {
  type: string;
  /** All files are one process; else each is one of its own. */
  asOne: boolean;
}

const AT_ONCE = 3;
const TRIES = 4;
const WITHOUT_LIVE_MS = 2_000;
const FINAL = new Set(["completed", "failed", "cancelled", "hitl_review"]);

/** Everything that was handed in since the portal was opened; it goes on while other pages are shown. */
export const items = signal<readonly Item[]>([]);
export const isSending = computed(() =>
  items.value.some((each) => each.state === "queued" || each.state === "sending"),
);

export const isSettled = (item: Item): boolean =>
  item.state === "refused" ||
  item.state === "stopped" ||
  (item.process !== null && FINAL.has(item.process.status));

const stops = new Map<number, AbortController>();
let next = 1;

export function handIn(files: readonly File[], choice: Choice): void {
  if (files.length === 0) return;
  const groups = choice.asOne ? [files] : files.map((file) => [file]);
  items.value = [...groups.map((group) => newItem(group, choice.type)).reverse(), ...items.value];
  work();
}

function newItem(files: readonly File[], type: string): Item {
  const [first] = files;
  return {
    id: next++,
    name: files.length > 1 ? `${first?.name} + ${files.length - 1}` : (first?.name ?? ""),
    files,
    sizeBytes: files.reduce((sum, file) => sum + file.size, 0),
    type,
    key: onceKey(),
    state: "queued",
    sent: 0,
    problem: null,
    process: null,
    isEarlier: false,
  };
}

function change(id: number, changes: Partial<Item>): void {
  items.value = items.value.map((each) => (each.id === id ? { ...each, ...changes } : each));
}

/** The oldest first, a few at once. */
function work(): void {
  const busy = items.value.filter((each) => each.state === "sending").length;
  const waiting = items.value.filter((each) => each.state === "queued").toReversed();
  for (const item of waiting.slice(0, Math.max(0, AT_ONCE - busy))) void sendOne(item);
}

async function sendOne(item: Item): Promise<void> {
  const stop = new AbortController();
  stops.set(item.id, stop);
  change(item.id, { state: "sending", sent: 0, problem: null });
  try {
    const taken = await withPatience(item, stop.signal);
    change(item.id, { state: "taken", sent: 1, ...taken });
    follow(taken.process);
  } catch (error) {
    const problem = problemOf(error);
    change(item.id, problem.code === "cancelled" ? { state: "stopped" } : { state: "refused", problem });
  }
  stops.delete(item.id);
  work();
}

/** Where the server asks for a pause, it is given one; the key keeps a second attempt from being a second process. */
async function withPatience(item: Item, signal: AbortSignal) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await submit(item, (sent) => change(item.id, { sent }), signal);
    } catch (error) {
      const { status, retryAfter } = problemOf(error);
      const isBusy = status === 429 || status === 503 || status === 409;
      if (!isBusy || !retryAfter || attempt === TRIES || signal.aborted) throw error;
      await pause(Math.min(retryAfter, 30) * 1000, signal);
    }
  }
}

/** Ends early where the person stops waiting. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export function stop(id: number): void {
  stops.get(id)?.abort();
  if (items.value.find((each) => each.id === id)?.state === "queued") change(id, { state: "stopped" });
}

export function again(id: number): void {
  change(id, { state: "queued", problem: null, sent: 0 });
  work();
}

export function dropSettled(): void {
  items.value = items.value.filter((each) => !isSettled(each));
}

/** Stops and forgets everything: it was another person's, and must be neither seen nor sent by the next one. */
export function forgetAll(): void {
  for (const each of stops.values()) each.abort();
  items.value = [];
}

function update(process: Process): void {
  items.value = items.value.map((each) =>
    each.process?.process_id === process.process_id && each.process.version <= process.version
      ? { ...each, process }
      : each,
  );
}

let isListening = false;

/** Reads what became of a process when something changed, and by itself while changes do not arrive. */
function follow(process: Process): void {
  if (!isListening) onSnapshot(hear);
  isListening = true;
  // It may have moved on before its answer came, and before anybody listened.
  void look(process.process_id);
  void poll();
}

function hear(snapshot: Snapshot): void {
  const known = items.peek().find((each) => each.process?.process_id === snapshot.process_id)?.process;
  if (!known || known.version > snapshot.version) return;
  if (FINAL.has(snapshot.status)) void look(known.process_id);
  else {
    const { status, current_stage, version } = snapshot;
    // With its version, so that an answer that was on its way does not set it back.
    update({ ...known, status, current_stage, version });
  }
}

async function look(processId: string): Promise<void> {
  const path = { process_id: processId };
  const found = await body(api.GET("/v1/processes/{process_id}", { params: { path } })).catch(() => null);
  if (found) update(found);
}

let isPolling = false;

async function poll(): Promise<void> {
  if (isPolling) return;
  isPolling = true;
  for (let open = unsettled(); open.length > 0; open = unsettled()) {
    await new Promise((resolve) => setTimeout(resolve, WITHOUT_LIVE_MS));
    if (!isLive.peek()) await Promise.all(unsettled().slice(0, 20).map(look));
  }
  isPolling = false;
}

function unsettled(): string[] {
  return items
    .peek()
    .flatMap(({ process }) => (process && !FINAL.has(process.status) ? [process.process_id] : []));
}
