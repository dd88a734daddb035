import { expect, test } from "vitest";
import { draftOf, METRICS, measured, ruleOf, thresholdOf, typedThreshold } from "./measures";

test("a threshold is typed in the unit of its measure and sent in the server's", () => {
  expect(thresholdOf("failure_rate", "12.5")).toBe(0.125);
  expect(thresholdOf("review_queue_age_s", "90")).toBe(5_400);
  expect(thresholdOf("dead_runs", "3")).toBe(3);
  expect(typedThreshold("failure_rate", 0.07)).toBe("7");
  expect(typedThreshold("review_queue_age_s", 5_400)).toBe("90");
  for (const wrong of ["", " ", "-1", "many"]) expect(thresholdOf("dead_runs", wrong)).toBeNull();
});

test("values carry their unit, and nothing to judge by is no zero", () => {
  expect(measured("failure_rate", 0.125)).toBe("12.5%");
  expect(measured("spend_usd", 3)).toBe("$3.00");
  expect(measured("hitl_required", 1200)).toBe("1,200");
  expect(measured("failure_rate", null)).toBe("–");
});

test("a draft names either a metric or an event", () => {
  const draft = { ...draftOf(undefined, METRICS), name: "queue" };
  expect(ruleOf(draft)).toMatchObject({ metric: "review_queue_depth", threshold: 100, name: "queue" });
  expect(ruleOf({ ...draft, source: "fraud_detected", threshold: "0" })).toMatchObject({
    event: "fraud_detected",
    threshold: 0,
  });
  expect(ruleOf({ ...draft, source: "fraud_detected" })).not.toHaveProperty("metric");
  expect(ruleOf({ ...draft, threshold: "x" })).toBeNull();
});
