import type { Schemas } from "../../lib/api/client";
import { type Kind, kindByName } from "../../lib/kinds";
import type { Fractions } from "../../ui/viewer/geometry";

type Json = Record<string, unknown>;
type Process = Schemas["ProcessOut"];
export type Document = Schemas["DocumentOut"];

export interface Place {
  page: number;
  box: Fractions;
}

export interface Reason {
  code: string;
  field: string | null;
  message: string;
  places: Place[];
}

export interface Check {
  code: string;
  ok: boolean;
  message: string;
}

export interface Field {
  name: string;
  kind: Kind;
  /** As kept: plain text; "" = nothing was read. */
  value: string;
  /** 0..1; null = not told (a blind sample, or nothing was read). */
  confidence: number | null;
  source: string | null;
  place: Place | null;
  checks: Check[];
  reasons: Reason[];
  /** Other readings of the same field that were kept. */
  rivals: string[];
  /** The confidence from which it needs nobody. */
  threshold: number;
  isRequired: boolean;
}

export interface Flag {
  code: string;
  family: string;
  score: number;
  message: string;
  evidence: Json;
  documentId: string;
}

export type Row = Record<string, string>;

export interface Table {
  name: string;
  columns: string[];
  rows: Row[];
  places: (Place | null)[];
}

export interface Cut {
  page: number;
  score: number;
}

export interface Note {
  text: string;
  by: string;
  at: string;
}

/** All that the screen shows of one held process. */
export interface Case {
  processId: string;
  version: number;
  status: string;
  typeId: string | null;
  title: string;
  externalId: string | null;
  confidence: number | null;
  createdAt: string;
  documents: Document[];
  primaryId: string;
  reasons: Reason[];
  fields: Field[];
  tables: Table[];
  flags: Flag[];
  cuts: { documentId: string; cuts: Cut[] }[];
  notes: Note[];
  approvals: { required: number; given: number; isMine: boolean };
  claim: { by: string | null; name: string | null; until: string | null };
  assignee: string | null;
  isSample: boolean;
  /** Nothing is left to decide. */
  isOver: boolean;
  /** What it was made of, for making it anew with other values. */
  from: { process: Process; extra: Extra };
}

/** A confidence below this is worth a look even where nobody asked for one. */
const LOW = 0.8;

export interface Result {
  fields?: Json;
  tables?: Json;
  documents?: Json[];
}

interface Asked {
  path: string;
  kind: string;
  is_required: boolean;
}

/** What reviewing adds to the process itself; where the server tells less, the names of fields tell their kinds. */
export interface Extra {
  reasons?: unknown[];
  cuts?: unknown[];
  notes?: unknown[];
  approvals_required?: number;
  approvals?: number;
  approved_by?: string[];
  may_approve?: boolean;
  claimed_by?: string | null;
  claimed_by_name?: string | null;
  claimed_until?: string | null;
  assignee?: string | null;
  is_sample?: boolean;
  /** Of a blind sample: whether it was decided. */
  status?: string;
  threshold?: number | null;
  fields_asked?: Asked[];
  tables_asked?: { path: string; columns: Asked[] }[];
}

export function caseOf(process: Process, result: Result, extra: Extra = {}): Case {
  const reasons = (extra.reasons ?? process.review_reasons).map(reasonOf);
  const primary = primaryOf(process);
  const isSample = extra.is_sample ?? false;
  const asked = new Map((extra.fields_asked ?? []).map((each) => [each.path, each]));
  const threshold = extra.threshold ?? LOW;
  return {
    processId: process.process_id,
    version: process.version,
    status: process.status,
    typeId: process.process_type_id ?? null,
    title: primary?.file_name ?? process.external_id ?? process.process_id,
    externalId: process.external_id ?? null,
    confidence: isSample ? null : (process.overall_confidence ?? null),
    createdAt: process.created_at,
    documents: process.documents,
    primaryId: primary?.document_id ?? "",
    reasons: isSample ? [] : reasons,
    fields: fieldsOf(result, isSample ? [] : reasons, asked, threshold, isSample),
    tables: tablesOf(result, extra),
    flags: isSample ? [] : process.documents.flatMap(flagsOf),
    cuts: (extra.cuts ?? []).map((each) => {
      const { document_id, cuts } = each as { document_id: string; cuts: Cut[] };
      return { documentId: document_id, cuts };
    }),
    notes: (extra.notes ?? []).map(noteOf),
    approvals: {
      required: extra.approvals_required ?? 1,
      given: extra.approved_by?.length ?? extra.approvals ?? 0,
      isMine: extra.may_approve === false && (extra.approved_by?.length ?? 0) > 0,
    },
    claim: {
      by: extra.claimed_by ?? null,
      name: extra.claimed_by_name ?? null,
      until: extra.claimed_until ?? null,
    },
    assignee: extra.assignee ?? null,
    isSample,
    isOver: isSample ? extra.status === "decided" : process.status !== "hitl_review",
    from: { process, extra },
  };
}

/** The same case with other values, and with what the rules say of them. */
export function recased(of: Case, result: Result, reasons: unknown[]): Case {
  return caseOf(of.from.process, result, { ...of.from.extra, reasons });
}

/** The document whose values are the process's own: the first that was classified as its type, else the first. */
function primaryOf(process: Process): Document | undefined {
  const typed = process.documents.find(
    (each) => each.classification?.process_type_id === process.process_type_id,
  );
  return typed ?? process.documents[0];
}

function fieldsOf(
  result: Result,
  reasons: Reason[],
  asked: Map<string, Asked>,
  threshold: number,
  isSample: boolean,
): Field[] {
  const read = result.fields ?? {};
  const named = reasons.filter((each) => !OF_TABLES.has(each.code)).flatMap((each) => each.field ?? []);
  const alone = named.filter((name) => !(name in (result.tables ?? {})));
  const names = [...new Set([...asked.keys(), ...Object.keys(read), ...alone])];
  const fields = names.map((name) => {
    const own = reasons.filter((each) => each.field === name);
    return fieldOf(name, (read[name] ?? {}) as Json, own, asked.get(name), threshold, isSample);
  });
  return [...fields].sort(byPlace);
}

/** Reasons whose field is a table, for which there is no single value. */
const OF_TABLES = new Set(["rows_missing", "amount_unclaimed", "sum_differs", "incomplete"]);

function fieldOf(
  name: string,
  read: Json,
  own: Reason[],
  asked: Asked | undefined,
  threshold: number,
  isSample: boolean,
): Field {
  return {
    name,
    kind: (asked?.kind as Kind | undefined) ?? kindByName(name),
    value: textOf(read.value),
    confidence: isSample || typeof read.confidence !== "number" ? null : read.confidence,
    source: isSample ? null : ((read.source as string | undefined) ?? null),
    place: placeOf(read),
    checks: isSample ? [] : checksOf(read.checks),
    reasons: own,
    rivals: rivalsOf(read),
    threshold,
    isRequired: asked?.is_required ?? own.some((each) => each.code === "field_missing"),
  };
}

/** A person must look: there is a reason, a check failed, or a value was read with little confidence. */
export function isDoubtful(field: Field): boolean {
  return (
    field.reasons.length > 0 ||
    field.checks.some((each) => !each.ok) ||
    (field.value !== "" && field.confidence !== null && field.confidence < field.threshold)
  );
}

export type Group = "doubtful" | "read" | "empty";

export function groupOf(field: Field): Group {
  if (isDoubtful(field)) return "doubtful";
  return field.value === "" ? "empty" : "read";
}

/** As the eye goes over the page; what stands nowhere comes last, as the schema lists it. */
function byPlace(a: Field, b: Field): number {
  const at = (field: Field) =>
    field.place ? field.place.page * 1000 + field.place.box[1] * 100 + field.place.box[0] : 1e9;
  return at(a) - at(b);
}

function tablesOf(result: Result, extra: Extra): Table[] {
  const asked = new Map((extra.tables_asked ?? []).map((each) => [each.path, each.columns]));
  const names = [...new Set([...Object.keys(result.tables ?? {}), ...asked.keys()])];
  return names.map((name) =>
    tableOf(
      name,
      result.tables?.[name],
      asked.get(name)?.map((each) => each.path),
    ),
  );
}

function tableOf(name: string, given: unknown, asked: string[] = []): Table {
  const rows = (Array.isArray(given) ? given : []) as Record<string, Json>[];
  const told = [...new Set([...asked, ...rows.flatMap((row) => Object.keys(row))])];
  const columns = told.length > 0 ? told : ["description", "quantity", "unit_price", "line_total"];
  return {
    name,
    columns,
    rows: rows.map((row) =>
      Object.fromEntries(columns.map((column) => [column, textOf(row[column]?.value)])),
    ),
    places: rows.map((row) => columns.map((column) => placeOf(row[column] ?? {})).find(Boolean) ?? null),
  };
}

function flagsOf(document: Document): Flag[] {
  return document.fraud_flags
    .map((flag) => ({
      code: String(flag.code),
      family: String(flag.family ?? ""),
      score: Number(flag.score ?? 0),
      message: String(flag.message ?? ""),
      evidence: (flag.evidence ?? {}) as Json,
      documentId: document.document_id,
    }))
    .sort((a, b) => b.score - a.score);
}

function reasonOf(given: unknown): Reason {
  const { code, field, message, places } = given as Json;
  return {
    code: String(code),
    field: typeof field === "string" ? field : null,
    message: String(message ?? ""),
    places: (Array.isArray(places) ? places : []).flatMap((each) => placeOf(each as Json) ?? []),
  };
}

function noteOf(given: unknown): Note {
  const { text, by, by_name, at } = given as Json;
  return { text: textOf(text), by: textOf(by_name ?? by), at: textOf(at) };
}

function placeOf(read: Json): Place | null {
  const { page, box } = read;
  if (typeof page !== "number" || !Array.isArray(box) || box.length !== 4) return null;
  return { page, box: box.map(Number) as unknown as Fractions };
}

function checksOf(given: unknown): Check[] {
  const all = (Array.isArray(given) ? given : []).map((each: Json) => ({
    code: String(each.code),
    ok: each.ok !== false,
    message: String(each.message ?? ""),
  }));
  // The reading and the rules may tell the same; the one with words stays.
  return all.filter((each) => {
    const twin = all.find((other) => other.code === each.code && other.ok === each.ok && other.message);
    return !twin || twin === each;
  });
}

function rivalsOf(read: Json): string[] {
  const given = read.rivals ?? read.candidates ?? read.alternatives;
  if (!Array.isArray(given)) return [];
  const values = given.map((each) =>
    textOf(typeof each === "object" && each !== null ? (each as Json).value : each),
  );
  return [...new Set(values)].filter((each) => each !== "" && each !== textOf(read.value)).slice(0, 4);
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}
