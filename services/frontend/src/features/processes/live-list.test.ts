import { renderHook } from "@testing-library/preact";
import { expect, test } from "vitest";
import { queries } from "../../lib/query/client";
import { aListedProcess } from "../../lib/testing/processes";
import { serve } from "../../lib/testing/server";
import { FOLLOWER, goLive } from "../../lib/testing/stream";
import type { ProcessPage } from "./api";
import { ALL } from "./filter";
import { merged, patched, useLiveList } from "./live-list";

const row = (id: string, minute: number, version = 1) =>
  aListedProcess({
    process_id: id,
    version,
    status: "extracting",
    created_at: `2026-11-30T04:${minute}:00Z`,
  });
const page = (data: ReturnType<typeof row>[], has_more: boolean): ProcessPage => ({
  data,
  has_more,
  next_cursor: has_more ? "next" : null,
  next: null,
});
const list = (...pages: ProcessPage[]) => ({ pages, pageParams: pages.map((_, at) => (at ? "next" : "")) });
const ids = (listed: { pages: ProcessPage[] }) =>
  listed.pages.map((each) => each.data.map((one) => one.process_id));
const snapshot = (id: string, status: string, version: number) => ({
  process_id: id,
  status,
  version,
  current_stage: "OUTPUT",
  updated_at: "2026-11-30T05:00:00Z",
});

test("a change shows in its row, an older one does not", () => {
  const before = list(page([row("a", 30, 3)], false));
  expect(patched(before, snapshot("a", "completed", 4), ALL).pages[0]?.data[0]?.status).toBe("completed");
  expect(patched(before, snapshot("a", "failed", 2), ALL)).toBe(before);
});

test("what was held and ended waits to tell whether it was cancelled or rejected", () => {
  const before = list(page([{ ...row("a", 30), status: "hitl_review" as const }], false));
  expect(patched(before, snapshot("a", "cancelled", 2), ALL)).toBe(before);
});

test("a row that the filter does not want any more leaves", () => {
  const before = list(page([row("a", 30), row("b", 20)], false));
  const filter = { ...ALL, status: ["extracting" as const] };
  expect(ids(patched(before, snapshot("a", "completed", 4), filter))).toEqual([["b"]]);
});

test("new rows come in at the head and push none out", () => {
  const before = list(page([row("b", 30), row("c", 20)], true), page([row("d", 10)], false));
  const after = merged(before, page([row("a", 40), row("b", 30, 2)], true));
  expect(ids(after)).toEqual([["a", "b", "c"], ["d"]]);
  expect(after.pages[0]?.data[1]?.version).toBe(2);
});

test("a row that is gone from the head goes", () => {
  const before = list(page([row("a", 40), row("b", 30), row("c", 20)], true));
  expect(ids(merged(before, page([row("a", 40), row("c", 20)], true)))).toEqual([["a", "c"]]);
});

test("an answer that is late ends as the newer one says", async () => {
  let answer = () => {};
  const late = new Promise<void>((done) => {
    answer = done;
  });
  let times = 0;
  serve({
    "GET /v1/me": { body: FOLLOWER },
    "GET /v1/processes": async () => {
      if (++times > 1) return { body: page([{ ...row("a", 30, 2), status: "completed" }], false) };
      await late;
      return { body: page([row("a", 30)], false) };
    },
  });
  const { say, close } = await goLive();
  const key = ["processes", "list", ALL];
  queries.setQueryData(key, list(page([row("a", 30)], false)));
  renderHook(() => useLiveList(key, ALL));
  await expect.poll(() => times, { timeout: 3_000 }).toBe(1);
  say(snapshot("a", "completed", 2));
  await new Promise((done) => setTimeout(done, 700));
  answer();
  await new Promise((done) => setTimeout(done, 900));
  close();
  const found = queries.getQueryData<ReturnType<typeof list>>(key);
  expect(found?.pages[0]?.data[0]?.status).toBe("completed");
});
