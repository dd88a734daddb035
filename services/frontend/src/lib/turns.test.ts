import { afterEach, expect, test, vi } from "vitest";
import { inTurns } from "./turns";

afterEach(() => void vi.useRealTimers());

test("all who ask are served by one run, and who asks during it by the next", async () => {
  vi.useFakeTimers();
  const ends: (() => void)[] = [];
  const act = () => new Promise<void>((end) => void ends.push(end));
  const turns = inTurns(act, 100);
  turns.ask();
  turns.ask();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ends).toHaveLength(1);
  turns.ask();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(100);
  expect(ends).toHaveLength(2);
  turns.ask();
  turns.stop();
  ends[1]?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ends).toHaveLength(2);
});

test("asking that never ends does not put it off", async () => {
  vi.useFakeTimers();
  const act = vi.fn(() => Promise.reject(new Error("refused")));
  const turns = inTurns(act, 100);
  for (let times = 0; times < 20; times++) {
    turns.ask();
    await vi.advanceTimersByTimeAsync(50);
  }
  turns.stop();
  expect(act.mock.calls.length).toBeGreaterThan(5);
});
