import { renderHook } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { serve } from "../../lib/testing/server";
import { useBench } from "./bench";
import type { Case } from "./case";
import { keepDraft, NOTHING, valueIn } from "./draft";
import { madeCase } from "./made";

afterEach(() => keepDraft("p1", NOTHING));

const totalOf = (of: Case) => {
  const found = of.fields.find((field) => field.name === "grand_total");
  if (!found) throw new Error("the case has no total");
  return found;
};

const withTotal = (of: Case, value: string): Case => ({
  ...of,
  version: of.version + 1,
  fields: of.fields.map((field) => (field.name === "grand_total" ? { ...field, value } : field)),
});

test("a value that is set back while its correction is under way is set back on the server, too", () => {
  const opened = madeCase();
  const total = totalOf(opened);
  const save = vi.fn();
  const { result, rerender } = renderHook(({ of }: { of: Case }) => useBench(of, save), {
    initialProps: { of: opened },
  });
  const put = (value: string) =>
    act(() => {
      result.current.type(total, value);
      result.current.settle(total);
    });
  put("1.00");
  put(total.value);
  expect(save.mock.calls.map(([, value]) => value)).toEqual(["1.00", total.value]);
  const kept = withTotal(opened, "1.00");
  rerender({ of: kept });
  expect(valueIn(result.current.draft, totalOf(kept))).toBe(total.value);
});

test("a box that gives back what was first read wins over a correction kept meanwhile", async () => {
  const opened = madeCase();
  const first = totalOf(opened);
  const kept = withTotal(opened, "1.00");
  let answer: () => void = () => {};
  const waiting = new Promise<void>((done) => {
    answer = done;
  });
  serve({
    "POST /v1/documents/d1/read-region": async () => {
      await waiting;
      return { body: { value: first.value, text: first.value, words: [] } };
    },
  });
  const { result, rerender } = renderHook(({ of }: { of: Case }) => useBench(of, vi.fn()), {
    initialProps: { of: opened },
  });
  act(() => result.current.type(first, "1.00"));
  const drawing = result.current.drawInto(first, "d1", 1, [0.1, 0.1, 0.3, 0.2]);
  rerender({ of: kept });
  await act(async () => {
    answer();
    expect(await drawing).toBe(true);
  });
  expect(valueIn(result.current.draft, totalOf(kept))).toBe(first.value);
});

test("a value that is read from another document is given no place on the primary one", async () => {
  const opened = madeCase();
  serve({ "POST /v1/documents/d2/read-region": { body: { value: "7.00", text: "7.00", words: [] } } });
  const { result } = renderHook(() => useBench(opened, vi.fn()));
  await act(async () => {
    await result.current.drawInto(totalOf(opened), "d2", 1, [0.1, 0.1, 0.3, 0.2]);
  });
  expect(valueIn(result.current.draft, totalOf(opened))).toBe("7.00");
  expect(result.current.draft.drawn).toEqual({});
});
