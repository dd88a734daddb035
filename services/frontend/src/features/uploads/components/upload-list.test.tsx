import { render, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { Problem } from "../../../lib/api/problem";
import { faults } from "../../../lib/testing/axe";
import { aDocument, aProcess } from "../../../lib/testing/processes";
import { type Item, items } from "../queue";
import { UploadList } from "./upload-list";

const item = (id: number, given: Partial<Item>): Item => ({
  id,
  name: `file-${id}.pdf`,
  files: [new File(["x"], `file-${id}.pdf`)],
  sizeBytes: 1200,
  type: "",
  key: `k${id}`,
  state: "taken",
  sent: 1,
  problem: null,
  process: null,
  isEarlier: false,
  ...given,
});

afterEach(() => {
  items.value = [];
});

test("every file says what became of it and what to do", async () => {
  const flag = { code: "duplicate_exact", score: 0.9, message: "", evidence: { process_id: "first" } };
  items.value = [
    item(1, { state: "sending", sent: 0.4 }),
    item(2, { state: "refused", problem: new Problem({ status: 422, code: "file_empty", detail: "empty" }) }),
    item(3, { process: aProcess({ status: "failed", error: { code: "file_encrypted", message: "x" } }) }),
    item(4, {
      process: aProcess({ status: "hitl_review", documents: [aDocument({ fraud_flags: [flag] })] }),
    }),
    item(5, { process: aProcess() }),
  ];
  const { container } = render(<UploadList />);
  expect(screen.getByText("5 files · 1 in progress · 1 needs review · 2 failed")).toBeTruthy();
  expect(screen.getByText("40%")).toBeTruthy();
  expect(screen.getByText(/Export it again and upload the new file/)).toBeTruthy();
  expect(screen.getByText(/Save it without a password/)).toBeTruthy();
  expect(screen.getByText("See the earlier one").getAttribute("href")).toBe("/processes/first");
  expect(screen.getByText("Review").closest("a")?.getAttribute("href")).toContain("/reviews/");
  expect(await faults(container)).toEqual([]);
});
