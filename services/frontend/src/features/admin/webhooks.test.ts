import { expect, test } from "vitest";
import { wentWell } from "./webhooks";

test("a try went well when the receiver took it: any 2xx, and nothing else", () => {
  const of = (status: number | null, error: string | null = null) => wentWell({ status, error });
  expect([of(200), of(204)]).toEqual([true, true]);
  // What the receiver refuses has a status and no code of ours.
  expect([of(301), of(410), of(500), of(null, "timeout")]).toEqual([false, false, false, false]);
});
