import { expect, test } from "vitest";
import { byReason } from "./components/needs-me";
import { byDay, lastDays, straightThrough, totals } from "./figures";

const day = (key: string, given: object) => ({
  key,
  received: 0,
  unseen: 0,
  reviewed: 0,
  waiting: 0,
  failed: 0,
  cancelled: 0,
  rejected: 0,
  median_s: null,
  ...given,
});

test("days end with today, in UTC, and a day without a row has none", () => {
  const days = lastDays(3, Date.parse("2026-12-01T00:30:00Z"));
  expect(days).toEqual(["2026-11-29", "2026-11-30", "2026-12-01"]);
  expect(byDay([day("2026-11-30", {})], days).map((row) => row?.key ?? null)).toEqual([
    null,
    "2026-11-30",
    null,
  ]);
});

test("straight through is the share without a person of all that ended or waits for one, rejected or not", () => {
  const all = totals([
    day("a", { received: 6, unseen: 3, failed: 1, median_s: 4 }),
    day("b", { received: 5, waiting: 1, cancelled: 2, rejected: 1, median_s: 9 }),
  ]);
  expect(straightThrough(all)).toBeCloseTo(0.5);
  expect(all.received).toBe(11);
  expect(straightThrough(totals([]))).toBeNull();
});

test("a review counts once under each of its reasons", () => {
  const reviews = [
    { reasons: [{ code: "field_missing" }, { code: "field_missing" }, { code: "fraud_detected" }] },
    { reasons: [{ code: "field_missing" }] },
  ];
  expect(byReason(reviews)).toEqual([
    { code: "field_missing", count: 2 },
    { code: "fraud_detected", count: 1 },
  ]);
});
