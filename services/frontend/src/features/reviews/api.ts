import { api, body, onceKey, type Schemas, send } from "../../lib/api/client";
import { problemFrom, problemOf } from "../../lib/api/problem";
import { queries } from "../../lib/query/client";
import type { Page } from "../../lib/query/use";
import type { ViewerPage } from "../../ui/viewer/pages";
import { type Case, caseOf, type Document, type Extra, type Result, type Row, recased } from "./case";
import type { Kind } from "./values";

export type Review = Schemas["ReviewOut"];

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
      api.GET("/v1/reviews", { params: { query: { limit: 50, cursor, ...filter } as never }, signal }),
    ) as Promise<Page<Review>>;
}

export async function readCase(processId: string, signal?: AbortSignal): Promise<Case> {
  try {
    const found = await ask<Detail>("GET", `/v1/reviews/${processId}`, undefined, { signal });
    return caseOf(found.process, found.result ?? {}, found);
  } catch (error) {
    if (problemOf(error).status !== 404) throw error;
    return readProcess(processId, signal);
  }
}

type Detail = Extra & { process: Schemas["ProcessOut"]; result: Result | null };

/** Of a process that no person had to look at, or where the server tells of reviews in the queue alone. */
async function readProcess(processId: string, signal?: AbortSignal): Promise<Case> {
  const path = { process_id: processId };
  const process = await body(api.GET("/v1/processes/{process_id}", { params: { path }, signal }));
  const result = await body(api.GET("/v1/processes/{process_id}/result", { params: { path }, signal })).catch(
    () => ({}),
  );
  return caseOf(process as Schemas["ProcessOut"], result as Result, extraOf(processId));
}

/** What the queue told of it. */
function extraOf(processId: string): Extra {
  for (const [, data] of queries.getQueriesData<{ pages: Page<Review>[] }>({ queryKey: ["reviews"] }))
    for (const page of data?.pages ?? [])
      for (const row of page.data) if (row.process_id === processId) return row as unknown as Extra;
  return {};
}

export type Word = "approve" | "reject" | "send_back";

export interface Decision {
  decision: Word;
  reason?: string;
  corrections?: Record<string, string | null>;
  /** Read it as this type. */
  process_type_id?: string;
  /** Findings that still stand are known. */
  override?: boolean;
}

/** The process as it stands afterwards; still `hitl_review` when a second person must approve too. */
export async function decide(of: Case, given: Decision): Promise<Schemas["ProcessOut"]> {
  return body(
    api.POST("/v1/reviews/{process_id}/decision", {
      params: {
        path: { process_id: of.processId },
        header: { "If-Match": `"${of.version}"`, "Idempotency-Key": onceKey() } as never,
      },
      body: given as never,
    }),
  ) as Promise<Schemas["ProcessOut"]>;
}

export interface Region {
  text: string;
  value: string | number | boolean | null;
  confidence: number;
}

export async function readRegion(
  documentId: string,
  page: number,
  box: readonly number[],
  kind: Kind,
): Promise<Region> {
  return ask("POST", `/v1/documents/${documentId}/read-region`, { page, box, kind });
}

export async function split(of: Case, cuts: Record<string, number[]>): Promise<unknown> {
  const documents = Object.entries(cuts).map(([document_id, pages]) => ({ document_id, cuts: pages }));
  return ask("POST", `/v1/reviews/${of.processId}/split`, { documents }, { version: of.version });
}

export type Tables = Record<string, readonly Row[]>;

/** For routes that the description of the API does not have yet. */
async function ask<T>(
  method: string,
  path: string,
  given: unknown,
  more: { version?: number; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const headers = new Headers();
  if (given !== undefined) headers.set("Content-Type", "application/json");
  if (more.version !== undefined) headers.set("If-Match", `"${more.version}"`);
  const answer = await send(path, {
    method,
    headers,
    ...(given === undefined ? {} : { body: JSON.stringify(given) }),
    ...(more.signal ? { signal: more.signal } : {}),
  });
  if (!answer.ok) throw await problemFrom(answer);
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}

export function pageSrc(documentId: string, page: number): string {
  return `/v1/documents/${documentId}/pages/${page}`;
}

export const pageKey = (documentId: string, page: number) => `${documentId}/${page}`;

/** How many reviews are open; null where the server does not count them. */
export async function countOpen(): Promise<number | null> {
  return ask<{ open: number }>("GET", "/v1/reviews/summary", undefined).then(
    ({ open }) => open,
    () => null,
  );
}

/** Every page of every document, in order; a file without pages of its own is drawn as one. */
export function pagesOf(
  documents: readonly Document[],
  label: (name: string, page: number) => string,
): ViewerPage[] {
  return documents.flatMap((document) =>
    Array.from({ length: Math.min(document.page_count ?? 1, 500) || 1 }, (_, place) => ({
      key: pageKey(document.document_id, place + 1),
      src: pageSrc(document.document_id, place + 1),
      label: label(document.file_name, place + 1),
    })),
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
export async function claim(processId: string, takeOver: boolean): Promise<unknown> {
  return ask("POST", `/v1/reviews/${processId}/claim${takeOver ? "?take_over=true" : ""}`, undefined);
}

export async function release(processId: string): Promise<unknown> {
  return ask("POST", `/v1/reviews/${processId}/release`, undefined);
}

export async function addNote(processId: string, text: string): Promise<unknown> {
  return ask("POST", `/v1/reviews/${processId}/notes`, { text });
}

export interface Corrected {
  version: number;
  reasons: unknown[];
  findings: unknown[];
  overall_confidence: number | null;
  result: Result;
}

interface Right {
  fields?: Record<string, string | null>;
  places?: Record<string, { page: number; box: readonly number[] }>;
  tables?: Tables;
}

/** Keeps right values before the decision, on the version that was seen; the rules run anew. */
export async function saveFields(of: Case, right: Right): Promise<Corrected> {
  return ask<Corrected>("PATCH", `/v1/reviews/${of.processId}/fields`, right, { version: of.version });
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
  return readSaved(of, await saveFields(of, { tables: written as unknown as Tables }));
}

function withNulls(row: Row): Record<string, string | null> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === "" ? null : value]));
}

export async function listTypes(
  signal: AbortSignal,
): Promise<{ process_type_id: string; display_name: string }[]> {
  const found = await body(
    api.GET("/v1/process-types", { params: { query: { limit: 100 } as never }, signal }),
  );
  return (found as { data: { process_type_id: string; display_name: string }[] }).data;
}
