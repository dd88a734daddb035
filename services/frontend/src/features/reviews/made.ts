import type { Schemas } from "../../lib/api/client";
import { type Case, caseOf, type Extra, type Result } from "./case";

/** A held invoice for tests; what a test is about is laid over it. */
export function madeProcess(given: Partial<Schemas["ProcessOut"]> = {}): Schemas["ProcessOut"] {
  const links = { self: "", result: "", events: "", stages: "", audit: "" };
  const document = {
    document_id: "d1",
    process_id: "p1",
    file_name: "invoice.pdf",
    file_size: 1,
    mime_type: "application/pdf",
    sha256: "",
    page_count: 2,
    status: "completed",
    classification: { process_type_id: "simple_invoice", confidence: 1 },
    ocr_confidence: 1,
    text_source: "ocr",
    fraud_score: 0,
    fraud_flags: [],
    error: null,
    links: { self: "", file: "", pages: "", words: "" },
  };
  return {
    process_id: "p1",
    client_id: "c1",
    process_type_id: "simple_invoice",
    config_version: 1,
    status: "hitl_review",
    current_stage: "INTELLIGENT_PROCESS",
    overall_confidence: 0.7,
    requires_review: true,
    review_reasons: [
      { code: "confidence_low", field: "grand_total", message: "grand_total was read with low confidence" },
      { code: "field_missing", field: "currency", message: "currency was not found" },
    ],
    ingestion_source: "api",
    external_id: null,
    metadata: {},
    documents: [document],
    total_tokens_input: 0,
    total_tokens_output: 0,
    error: null,
    parent_process_id: null,
    created_by: null,
    created_at: "2026-03-05T10:00:00Z",
    updated_at: "2026-03-05T10:00:00Z",
    completed_at: null,
    version: 5,
    links,
    ...given,
  } as Schemas["ProcessOut"];
}

const read = (value: string | null, confidence: number, y: number) => ({
  value,
  confidence,
  page: value === null ? null : 1,
  box: value === null ? null : [0.1, y, 0.3, y + 0.02],
  source: "ocr",
  checks: [],
});

export const MADE_RESULT: Result = {
  fields: {
    grand_total: read("119.00", 0.6, 0.8),
    seller_name: read("Werft <b>GmbH</b>", 0.95, 0.1),
    due_date: read(null, 0.9, 0),
  },
  tables: {
    line_items: [
      {
        description: { value: "Rope" },
        quantity: { value: "2" },
        unit_price: { value: "50.00" },
        line_total: { value: "100.00" },
      },
      {
        description: { value: "Tar" },
        quantity: { value: "1" },
        unit_price: { value: "20.00" },
        line_total: { value: "19.00" },
      },
    ],
  },
};

export function madeCase(
  extra: Extra = {},
  process: Partial<Schemas["ProcessOut"]> = {},
  result = MADE_RESULT,
): Case {
  return caseOf(madeProcess(process), result, extra);
}

/** A document's flag of fraud with its evidence. */
export function flagged(code: string, evidence: Record<string, unknown>, score = 0.85): Case {
  const [document] = madeProcess().documents;
  const flag = { code, family: "any", score, message: "told by the server", evidence };
  return madeCase({}, { documents: [{ ...document, fraud_flags: [flag] }] as never });
}
