import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { LocationProvider } from "preact-iso";
import { expect, test } from "vitest";
import { faults } from "../../../lib/testing/axe";
import { aDocument, aProcess } from "../../../lib/testing/processes";
import { serve } from "../../../lib/testing/server";
import { ResultView } from "./result-view";
import { Timeline } from "./timeline";

const field = (value: string | null, more: object = {}) => ({
  value,
  confidence: 0.9,
  page: value === null ? null : 2,
  box: [0.1, 0.1, 0.2, 0.2],
  source: "text_layer",
  checks: [],
  ...more,
});
const process = aProcess({
  status: "hitl_review",
  documents: [
    aDocument({
      fraud_flags: [{ code: "duplicate_exact", score: 0.9, message: "x", evidence: { process_id: "other" } }],
    }),
  ],
});
const base = `/v1/processes/${process.process_id}`;

test("what was read stands with its checks, and a press shows its page", async () => {
  const checks = [{ code: "vat_checksum", ok: false, message: "" }];
  serve({
    [`GET ${base}/result`]: {
      body: {
        fields: { grand_total: field("119.00"), seller_vat_id: field("DE1", { checks }), iban: field(null) },
        tables: { line_items: [{ description: field("Paper"), line_total: field("100.00") }] },
        documents: [{ document_id: process.documents[0]?.document_id, data: {} }],
        data: {},
        validation: null,
      },
    },
  });
  const { container } = render(<ResultView process={process} />);
  expect(await screen.findByText("119.00")).toBeTruthy();
  expect(screen.getAllByText("The check digits of the VAT number are wrong")).toHaveLength(1);
  expect(screen.getByText("Not on the document: IBAN")).toBeTruthy();
  expect(screen.getByText(/The very same file was received before/)).toBeTruthy();
  expect(screen.getByText("See the other document").getAttribute("href")).toBe("/processes/other");
  await userEvent.click(screen.getByLabelText("Show Total on page 2"));
  expect(await screen.findByAltText("Page 2")).toBeTruthy();
  expect(await faults(container)).toEqual([]);
});

test("text from a document is never markup", async () => {
  serve({
    [`GET ${base}/result`]: {
      body: {
        fields: { seller_name: field("<img src=x onerror=alert(1)>") },
        tables: {},
        documents: [],
        data: {},
        validation: null,
      },
    },
  });
  const { container } = render(<ResultView process={process} />);
  expect(await screen.findByText("<img src=x onerror=alert(1)>")).toBeTruthy();
  expect(container.querySelector("img[src=x]")).toBeNull();
});

test("the timeline tells attempts, durations and what was waited for", async () => {
  const run = {
    run_id: "r1",
    stage: "INTELLIGENT_OCR",
    step: "intelligent_ocr",
    status: "done",
    attempt: 2,
    failures: 1,
    available_at: "2026-11-30T04:00:00Z",
    started_at: "2026-11-30T04:00:00Z",
    finished_at: "2026-11-30T04:00:01Z",
    duration_ms: 1100,
    error: null,
    tokens_input: 0,
    tokens_output: 0,
  };
  const event = { type: "stage.finished", occurred_at: run.finished_at, stage: run.stage, attempt: 2 };
  const data = { outcome: "held", reasons: [{ code: "confidence_low", field: "due_date" }] };
  serve({
    [`GET ${base}/stages`]: { body: { data: [run] } },
    [`GET ${base}/events`]: { body: { data: [{ ...event, data }] } },
  });
  const { container } = render(
    <LocationProvider>
      <Timeline process={process} />
    </LocationProvider>,
  );
  expect(await screen.findByText(/done · attempt 2 · 1 failure before/)).toBeTruthy();
  expect(screen.getByText("1.1 sec")).toBeTruthy();
  expect(
    await screen.findByText("Reading (attempt 2): held for review (Due date · Read with low confidence)"),
  ).toBeTruthy();
  expect(await faults(container)).toEqual([]);
});
