import { expect, test } from "vitest";
import { tword } from "../../lib/i18n";
import { worded } from "./wording";

test("codes of a notification are told in words, and what is not known stands as it came", () => {
  const of = (type: string, message: string) => worded({ type, title: "As the server says", message });
  expect(of("hitl_required", "Reasons: confidence_low, new_reason.")).toEqual({
    title: "A process is waiting for review",
    detail: `${tword("reasons", "confidence_low")} · new reason`,
  });
  expect(of("process_failed", "It ended with the code file_encrypted.").detail).toBe(
    tword("file_problems", "file_encrypted"),
  );
  expect(of("process_failed", "It ended with the code strange_thing.").detail).toBe("Code: strange_thing");
  const budget = worded({
    type: "quota_warning",
    title: "A budget for models is at 80 %",
    message: "The budget of the day from 2026-11-30 (UTC) is at 80 %.",
  });
  expect(budget.title).toBe("A model budget is at 80%");
  expect(budget.detail).toMatch(/^The budget of .*2026.* is at 80%\.$/);
  expect(of("alert", "failure_rate is 0.5, above 0.2 (window 3600 s).")).toEqual({
    title: "As the server says",
    detail: "failure_rate is 0.5, above 0.2 (window 3600 s).",
  });
});
