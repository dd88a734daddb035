import type { Schemas } from "../api/client";

/** A process as the server gives it, for tests. */
export function aProcess(given: Partial<Schemas["ProcessOut"]> = {}): Schemas["ProcessOut"] {
  const id = given.process_id ?? "01a22aa9-0000-7000-8000-000000000001";
  const base = `/v1/processes/${id}`;
  return {
    process_id: id,
    client_id: "019a0000-0000-7000-8000-000000000000",
    process_type_id: "simple_invoice",
    config_version: 1,
    status: "completed",
    current_stage: "OUTPUT",
    overall_confidence: 0.95,
    requires_review: false,
    review_reasons: [],
    ingestion_source: "web",
    external_id: null,
    metadata: {},
    documents: [aDocument({ process_id: id })],
    total_tokens_input: 0,
    total_tokens_output: 0,
    error: null,
    parent_process_id: null,
    created_by: null,
    created_at: "2026-11-30T04:00:00Z",
    updated_at: "2026-11-30T04:00:05Z",
    completed_at: "2026-11-30T04:00:05Z",
    version: 5,
    links: {
      self: base,
      result: `${base}/result`,
      events: `${base}/events`,
      stages: `${base}/stages`,
      audit: `${base}/audit`,
      children: `/v1/processes?parent_process_id=${id}`,
    },
    ...given,
  };
}

/** The same as a row of a list. */
export function aListedProcess(
  given: Partial<Schemas["ListedProcessOut"]> = {},
): Schemas["ListedProcessOut"] {
  return { ...aProcess(given), seller: null, amount: null, currency: null, ...given };
}

export function aDocument(given: Partial<Schemas["DocumentOut"]> = {}): Schemas["DocumentOut"] {
  const id = given.document_id ?? "01a22aa9-0000-7000-8000-00000000000d";
  const base = `/v1/documents/${id}`;
  return {
    document_id: id,
    process_id: "01a22aa9-0000-7000-8000-000000000001",
    file_name: "invoice.pdf",
    file_size: 12_000,
    mime_type: "application/pdf",
    sha256: "0".repeat(64),
    page_count: 2,
    status: "completed",
    classification: null,
    ocr_confidence: 1,
    text_source: "text_layer",
    fraud_score: null,
    fraud_flags: [],
    error: null,
    links: { self: base, file: `${base}/file`, pages: `${base}/pages/{n}`, words: `${base}/words` },
    ...given,
  };
}
