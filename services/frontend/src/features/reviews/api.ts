import { api, body, onceKey, type Schemas } from "../../lib/api/client";
import { problemOf } from "../../lib/api/problem";
import { pageSrc } from "../../lib/document-pages";
import type { Kind } from "../../lib/kinds";
import { queries } from "../../lib/query/client";
import type { Fractions } from "../../ui/viewer/geometry";
import { type Case, caseOf, type Result, type Row, recased } from "./case";

export type Review = Schemas["ReviewOut"];

/** As the page's address holds it. */
export interface QueueFilter {
  reason?: string;
  process_type_id?: string;
  assignee?: string;
  sample?: string;
}

export const caseKey = (processId: string) => ["review", processId];
export const queueKey = (filter: QueueFilter) => ["reviews", filter];

export function readQueue(filter: QueueFilter) {
  return (cursor: string | undefined, signal: AbortSignal) =>
    body(
      api.GET("/v1/reviews", {
        params: { query: { limit: 50, ...asked(filter), ...(cursor ? { cursor } : {}) } },
        signal,
      }),
    );
}

function asked({ reason, sample, ...rest }: QueueFilter) {
  return { ...rest, ...(reason ? { reason: [reason] } : {}), ...(sample ? { sample: true } : {}) };
}

const at = (processId: string) => ({ path: { process_id: processId } });
const seen = (version: number) => ({ "if-match": `"${version}"` });

export async function readCase(processId: string, signal?: AbortSignal): Promise<Case> {
  const given = { params: at(processId), ...(signal ? { signal } : {}) };
  try {
    const found = await body(api.GET("/v1/reviews/{process_id}", given));
    return caseOf(found.process, found.result ?? {}, found);
  } catch (error) {
    if (problemOf(error).status !== 404) throw error;
    return readProcess(processId, signal);
  }
}

/** Of a process that no person had to look at. */
async function readProcess(processId: string, signal?: AbortSignal): Promise<Case> {
  const given = { params: at(processId), ...(signal ? { signal } : {}) };
  const process = await body(api.GET("/v1/processes/{process_id}", given));
  const result = await body(api.GET("/v1/processes/{process_id}/result", given)).catch(() => ({}));
  return caseOf(process, result as Result);
}

export type Word = "approve" | "reject" | "send_back";

export type Decision = Schemas["ReviewDecision"];

/** The process as it stands afterwards; still `hitl_review` when a second person must approve too. */
export function decide(of: Case, given: Decision): Promise<Schemas["ProcessOut"]> {
  const header = { ...seen(of.version), "Idempotency-Key": onceKey() };
  const params = { ...at(of.processId), header };
  return body(api.POST("/v1/reviews/{process_id}/decision", { params, body: given }));
}

/** The words in a box, typed as a value of that kind. */
export function readRegion(
  documentId: string,
  page: number,
  box: Fractions,
  kind: Kind,
): Promise<Pick<Schemas["RegionOut"], "text" | "value">> {
  const params = { path: { document_id: documentId } };
  return body(
    api.POST("/v1/documents/{document_id}/read-region", { params, body: { page, box: [...box], kind } }),
  );
}

export function split(of: Case, cuts: Record<string, number[]>): Promise<Schemas["ProcessOut"]> {
  const documents = Object.entries(cuts).map(([document_id, pages]) => ({ document_id, cuts: pages }));
  const params = { ...at(of.processId), header: { ...seen(of.version), "Idempotency-Key": onceKey() } };
  return body(api.POST("/v1/reviews/{process_id}/split", { params, body: { documents } }));
}

export type Tables = Record<string, readonly Row[]>;

/** How many reviews are open; null where they cannot be counted now. */
export function countOpen(): Promise<number | null> {
  return body(api.GET("/v1/reviews/summary")).then(
    ({ open }) => open,
    () => null,
  );
}

/** Reads the next case and the picture it opens with, so that it is there when it is wanted. */
export async function loadAhead(processId: string): Promise<void> {
  const next = await queries
    .fetchQuery({ queryKey: caseKey(processId), queryFn: ({ signal }) => readCase(processId, signal) })
    .catch(() => null);
  const [first] = next?.documents ?? [];
  if (!first) return;
  const picture = new Image();
  picture.src = pageSrc(first.document_id, 1);
}

/** Holds a case for a quarter of an hour; again renews it. `takeOver` takes it from somebody else. */
export function claim(processId: string, takeOver: boolean): Promise<Review> {
  const params = { ...at(processId), query: { take_over: takeOver } };
  return body(api.POST("/v1/reviews/{process_id}/claim", { params }));
}

export async function release(processId: string): Promise<void> {
  await api.POST("/v1/reviews/{process_id}/release", { params: at(processId) });
}

export function addNote(processId: string, text: string): Promise<Schemas["NoteOut"]> {
  const params = { ...at(processId), header: { "Idempotency-Key": onceKey() } };
  return body(api.POST("/v1/reviews/{process_id}/notes", { params, body: { text } }));
}

export type Corrected = Schemas["CorrectedOut"];
export type Right = Schemas["CorrectionsIn"];

/** Keeps right values before the decision, on the version that was seen; the rules run anew. */
export function saveFields(of: Case, right: Right): Promise<Corrected> {
  const params = { ...at(of.processId), header: seen(of.version) };
  return body(api.PATCH("/v1/reviews/{process_id}/fields", { params, body: right }));
}

/** The case as it is after saving. */
export function readSaved(of: Case, saved: Corrected): Case {
  return { ...recased(of, saved.result, saved.reasons), version: saved.version };
}

/** Keeps whole tables before the decision; the case with its new version. */
export async function saveTables(of: Case, tables: Tables): Promise<Case> {
  const written = Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [name, rows.map(withNulls)]),
  );
  return readSaved(of, await saveFields(of, { tables: written }));
}

function withNulls(row: Row): Record<string, string | null> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === "" ? null : value]));
}

export function readDocument(documentId: string, signal: AbortSignal): Promise<Schemas["DocumentOut"]> {
  const params = { path: { document_id: documentId } };
  return body(api.GET("/v1/documents/{document_id}", { params, signal }));
}
