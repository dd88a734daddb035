import { api, body, onceKey, type Schemas } from "../../lib/api/client";
import type { Page } from "../../lib/query/use";

export type Endpoint = Schemas["WebhookEndpointOut"];
export type EndpointMade = Schemas["WebhookEndpointMade"];
export type EndpointIn = Schemas["WebhookEndpointIn"];
export type EndpointPatch = Schemas["WebhookEndpointPatch"];
export type Delivery = Schemas["DeliveryOut"];
export type Event = Schemas["WebhookEvent"];

export const EVENTS: readonly Event[] = [
  "process.received",
  "process.completed",
  "process.failed",
  "process.cancelled",
  "process.review_required",
  "process.reviewed",
  "document.duplicate",
  "quota.warning",
];
export const STATES: readonly Delivery["state"][] = ["pending", "sending", "delivered", "failed"];

const PAGE = 50;
const of = (id: string) => ({ path: { endpoint_id: id } });

export function listEndpoints(cursor: string | undefined, signal: AbortSignal): Promise<Page<Endpoint>> {
  const query = { limit: PAGE, cursor } as never;
  return body(api.GET("/v1/webhook-endpoints", { params: { query }, signal }));
}

export const getEndpoint = (id: string, signal: AbortSignal) =>
  body(api.GET("/v1/webhook-endpoints/{endpoint_id}", { params: of(id), signal }));

export function makeEndpoint(given: EndpointIn): Promise<EndpointMade> {
  const header = { "Idempotency-Key": onceKey() };
  return body(api.POST("/v1/webhook-endpoints", { params: { header }, body: given }));
}

export function changeEndpoint(endpoint: Endpoint, given: EndpointPatch): Promise<Endpoint> {
  const header = { "if-match": `"${endpoint.version}"` };
  const params = { ...of(endpoint.endpoint_id), header };
  return body(api.PATCH("/v1/webhook-endpoints/{endpoint_id}", { params, body: given }));
}

export function removeEndpoint(id: string): Promise<unknown> {
  return api.DELETE("/v1/webhook-endpoints/{endpoint_id}", { params: of(id) });
}

export function rotateSecret(id: string, overlap_s: number): Promise<EndpointMade> {
  const given = { params: of(id), body: { overlap_s } };
  return body(api.POST("/v1/webhook-endpoints/{endpoint_id}/rotate-secret", given));
}

export const sendTest = (id: string): Promise<Delivery> =>
  body(api.POST("/v1/webhook-endpoints/{endpoint_id}/test", { params: of(id) }));

export const getCallback = (signal: AbortSignal) =>
  body(api.GET("/v1/webhook-endpoints/callback", { signal }));

export const rotateCallback = (overlap_s: number) =>
  body(api.POST("/v1/webhook-endpoints/callback/rotate-secret", { body: { overlap_s } }));

export interface DeliveryFilter {
  endpoint_id?: string;
  state?: string;
  event_type?: string;
}

export function listDeliveries(filter: DeliveryFilter) {
  return (cursor: string | undefined, signal: AbortSignal): Promise<Page<Delivery>> => {
    const query = { limit: PAGE, cursor, ...filter } as never;
    return body(api.GET("/v1/webhook-deliveries", { params: { query }, signal }));
  };
}

export function redeliver(id: string): Promise<Delivery> {
  const path = { delivery_id: id };
  return body(api.POST("/v1/webhook-deliveries/{delivery_id}/redeliver", { params: { path } }));
}

export function wentWell({ status }: { status: number | null; error: string | null }): boolean {
  return status !== null && status >= 200 && status < 300;
}
