import { expect, test } from "vitest";
import { queries } from "../../lib/query/client";
import { serve } from "../../lib/testing/server";
import { waiting, watchWaiting } from "./waiting";

const page = (rows: number, has_more: boolean) => ({
  body: { data: Array.from({ length: rows }, () => ({})), has_more, next_cursor: has_more ? "n" : null },
});

test("a count that comes late is not written over a newer list", async () => {
  let list = page(2, true);
  let answer = () => {};
  const counted = new Promise<void>((done) => {
    answer = done;
  });
  const asked = serve({
    "GET /v1/reviews": () => list,
    "GET /v1/reviews/summary": async () => {
      await counted;
      return { body: { open: 51 } };
    },
  });
  const stop = watchWaiting();
  await expect.poll(() => asked.some((each) => each.url.endsWith("/summary"))).toBe(true);
  expect(waiting.value).toBe("2+");
  list = page(1, false);
  await queries.invalidateQueries({ queryKey: ["reviews"] });
  await expect.poll(() => waiting.value).toBe("1");
  answer();
  await new Promise((done) => setTimeout(done, 20));
  expect(waiting.value).toBe("1");
  stop();
});
