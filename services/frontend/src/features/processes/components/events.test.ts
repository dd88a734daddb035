import { expect, test } from "vitest";
import { eventText } from "./events";

test("a rejection is no cancellation", () => {
  const event = { type: "process.cancelled", occurred_at: "", stage: null, attempt: null };
  expect(eventText({ ...event, data: { code: "rejected" } })).toBe("Rejected");
  expect(eventText({ ...event, data: { code: "cancelled" } })).toBe("Cancelled");
});
