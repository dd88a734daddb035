import { api, body, type Schemas } from "../../lib/api/client";
import type { ProcessFilter } from "./filter";

export type Process = Schemas["ProcessOut"];
export type ListedProcess = Schemas["ListedProcessOut"];
export type Document = Schemas["DocumentOut"];
export type ProcessStatus = Schemas["ProcessStatus"];
export type StageRun = Schemas["StageOut"];
export type Stage = Schemas["Stage"];
export type OutputAction = Schemas["OutputActionOut"];
export type Delivery = Schemas["DeliveryOut"];
export type AuditRow = Schemas["AuditLogOut"];
export type ProcessPage = Schemas["Page_ListedProcessOut_"];

export interface Check {
  code: string;
  ok: boolean;
  message: string;
}

export interface ReadField {
  value: string | number | boolean | null;
  text?: string;
  confidence: number | null;
  page: number | null;
  box: [number, number, number, number] | null;
  source: string | null;
  checks: Check[];
}

export type TableRow = Record<string, ReadField>;

export interface Result {
  summary?: string | null;
  fields: Record<string, ReadField>;
  tables: Record<string, TableRow[]>;
  documents: { document_id: string; fields?: Record<string, ReadField> }[];
  validation: {
    findings?: { code: string; field: string | null; message: string; severity: string }[];
  } | null;
}

const PAGE_ROWS = 100;

export function listProcesses(filter: ProcessFilter) {
  return (cursor: string | undefined, signal?: AbortSignal): Promise<ProcessPage> =>
    body(
      api.GET("/v1/processes", {
        params: { query: { limit: PAGE_ROWS, cursor, ...asked(filter) } as never },
        ...(signal ? { signal } : {}),
      }),
    );
}

/** A filter as the API's query; `to` is a day that counts whole. */
function asked(filter: ProcessFilter): Record<string, unknown> {
  const { status, type, from, to, mine, q, field } = filter;
  return {
    ...(status.length > 0 ? { status } : {}),
    ...(type ? { process_type_id: type } : {}),
    // Bounds are exclusive: the last moment of the day before, the first of the day after.
    ...(from ? { created_after: new Date(new Date(`${from}T00:00`).getTime() - 1).toISOString() } : {}),
    ...(to ? { created_before: dayAfter(to) } : {}),
    ...(mine ? { created_by: "me" } : {}),
    ...(q ? { q } : {}),
    ...(field ? { [`field.${field.name}`]: field.value } : {}),
  };
}

function dayAfter(day: string): string {
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + 1);
  return at.toISOString();
}

const at = (processId: string) => ({ params: { path: { process_id: processId } } });

export function getProcess(processId: string, signal?: AbortSignal): Promise<Process> {
  return body(api.GET("/v1/processes/{process_id}", { ...at(processId), ...(signal ? { signal } : {}) }));
}

export async function getResult(processId: string, signal: AbortSignal): Promise<Result> {
  const told = await body(api.GET("/v1/processes/{process_id}/result", { ...at(processId), signal }));
  return told as unknown as Result;
}

export function getStages(processId: string, signal: AbortSignal) {
  return body(api.GET("/v1/processes/{process_id}/stages", { ...at(processId), signal }));
}

export function getEvents(processId: string, signal: AbortSignal) {
  return body(api.GET("/v1/processes/{process_id}/events", { ...at(processId), signal }));
}

export function getOutputs(processId: string, signal: AbortSignal): Promise<Schemas["OutputsOut"]> {
  return body(api.GET("/v1/processes/{process_id}/outputs", { ...at(processId), signal }));
}

export function retryAction(actionId: string): Promise<OutputAction> {
  return body(
    api.POST("/v1/output-actions/{action_id}/retry", { params: { path: { action_id: actionId } } }),
  );
}

export function redeliver(deliveryId: string): Promise<Delivery> {
  const params = { path: { delivery_id: deliveryId } };
  return body(api.POST("/v1/webhook-deliveries/{delivery_id}/redeliver", { params }));
}

export function getAudit(processId: string, signal: AbortSignal) {
  return body(api.GET("/v1/processes/{process_id}/audit", { ...at(processId), signal }));
}

/** What its model calls cost: for admins alone. The span is as long as is allowed. */
export function getCost(process: Process, signal: AbortSignal) {
  const query = { process_id: process.process_id, from: process.created_at, group_by: "model" as const };
  return body(api.GET("/v1/usage/costs", { params: { query }, signal }));
}

export function cancelProcess(processId: string): Promise<Process> {
  return body(api.POST("/v1/processes/{process_id}/cancel", at(processId)));
}

export function retryProcess(processId: string, fromStage?: Stage): Promise<Process> {
  return body(
    api.POST("/v1/processes/{process_id}/retry", {
      params: {
        path: { process_id: processId },
        query: fromStage ? { from_stage: fromStage } : {},
      },
    }),
  );
}

export async function eraseProcess(processId: string): Promise<void> {
  await api.DELETE("/v1/processes/{process_id}", at(processId));
}

/** One workbook with the results of all. */
export async function exportResults(processIds: string[]): Promise<Blob> {
  const { data } = await api.POST("/v1/exports", { body: { process_ids: processIds }, parseAs: "blob" });
  return data as unknown as Blob;
}

export const hasResult = (status: string): boolean => status === "completed" || status === "hitl_review";

export const STAGES = ["INGEST", "INTELLIGENT_OCR", "INTELLIGENT_PROCESS", "OUTPUT"] as const;

const FINAL = new Set(["completed", "failed", "cancelled"]);

export const isFinal = (status: string) => FINAL.has(status);
export const mayCancel = (status: string) => !isFinal(status);
export const mayRetry = (status: string) => status === "failed" || status === "cancelled";

/** Whether the server tells what a process was split into. */
export const hasChildren = (process: Process) => "children" in process.links;

export function listChildren(processId: string) {
  const query = { limit: PAGE_ROWS, parent_process_id: processId };
  return (cursor: string | undefined, signal: AbortSignal): Promise<ProcessPage> =>
    body(api.GET("/v1/processes", { params: { query: { ...query, cursor } as never }, signal }));
}
