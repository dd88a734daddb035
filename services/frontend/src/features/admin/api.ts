import { api, body, onceKey, type Schemas } from "../../lib/api/client";
import type { Page } from "../../lib/query/use";

export type User = Schemas["UserOut"];
export type Invitation = Schemas["InvitationOut"];
export type ApiKey = Schemas["ApiKeyOut"];
export type ApiKeyMade = Schemas["ApiKeyMade"];
export type AuditLog = Schemas["ListedAuditLogOut"];
export type Verification = Schemas["VerificationOut"];
export type GroupBy = Schemas["GroupBy"];
export type TokenSum = Schemas["TokenSumOut"];
export type CostSum = Schemas["CostSumOut"];
export type Vendor = Schemas["VendorOut"];
export type Client = Schemas["ClientOut"];
export type DeadRun = Schemas["DeadRunOut"];
export type ClientIn = Schemas["ClientIn"];
export type InvitedRole = "viewer" | "operator" | "admin";

type Read<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

const revised = (version: number) => ({ "if-match": `"${version}"` });
const once = () => ({ "Idempotency-Key": onceKey() });
const page = (cursor: string | undefined, more: object = {}) => ({
  params: { query: { limit: 50, cursor, ...more } as never },
});

export const listUsers: Read<User> = (cursor, signal) =>
  body(api.GET("/v1/users", { ...page(cursor), signal }));

export function changeUser(user: User, given: Schemas["UserPatch"]): Promise<User> {
  const params = { path: { user_id: user.user_id }, header: revised(user.version) };
  return body(api.PATCH("/v1/users/{user_id}", { params, body: given }));
}

export function resetFactor(user: User): Promise<unknown> {
  return api.DELETE("/v1/users/{user_id}/mfa", { params: { path: { user_id: user.user_id } } });
}

export type FactorRule = Schemas["FactorRuleOut"];
export type RequiredOf = Schemas["FactorRule"];

export const readFactorRule = (signal: AbortSignal): Promise<FactorRule> =>
  body(api.GET("/v1/second-factor-rule", { signal }));

export const requireFactor = (of: RequiredOf | null): Promise<FactorRule> =>
  body(api.PUT("/v1/second-factor-rule", { body: { required_of: of } }));

export const listInvitations: Read<Invitation> = (cursor, signal) =>
  body(api.GET("/v1/invitations", { ...page(cursor), signal }));

export function invite(given: {
  email: string;
  role: InvitedRole;
  language: Schemas["Language"];
  client_id?: string;
}) {
  return body(api.POST("/v1/invitations", { params: { header: once() }, body: given }));
}

export function revokeInvitation(id: string): Promise<unknown> {
  return api.DELETE("/v1/invitations/{invitation_id}", { params: { path: { invitation_id: id } } });
}

export const listKeys: Read<ApiKey> = (cursor, signal) =>
  body(api.GET("/v1/api-keys", { ...page(cursor), signal }));

export function makeKey(given: Schemas["ApiKeyIn"]): Promise<ApiKeyMade> {
  return body(
    api.POST("/v1/api-keys", { params: { header: { "Idempotency-Key": onceKey() } }, body: given }),
  );
}

export function revokeKey(id: string): Promise<unknown> {
  return api.DELETE("/v1/api-keys/{api_key_id}", { params: { path: { api_key_id: id } } });
}

export interface AuditFilter {
  process_id?: string;
  result?: string;
  stage_type?: string;
  after?: string;
  before?: string;
}

export function listAudit(filter: AuditFilter): Read<AuditLog> {
  // The route also answers CSV, to those who ask for it.
  return (cursor, signal) =>
    body(api.GET("/v1/audit-logs", { ...page(cursor, filter), signal })) as Promise<Page<AuditLog>>;
}

export const verifyAudit = () => body(api.GET("/v1/audit-logs/verify"));

export interface Span {
  from: string;
  to: string;
  group_by: GroupBy;
}

export async function readUsage(span: Span, signal: AbortSignal) {
  const asked = { params: { query: span as never }, signal };
  const [tokens, costs] = await Promise.all([
    body(api.GET("/v1/usage/tokens", asked)),
    body(api.GET("/v1/usage/costs", asked)),
  ]);
  return { tokens, costs };
}

export const listVendors: Read<Vendor> = (cursor, signal) =>
  body(api.GET("/v1/vendors", { ...page(cursor), signal }));

export function verifyAccount(vendor: Vendor, iban: string) {
  const params = { path: { vendor_id: vendor.vendor_id } };
  return body(api.POST("/v1/vendors/{vendor_id}/verify-bank-details", { params, body: { iban } }));
}

export type SystemHealth = Schemas["SystemHealthOut"];

export const readHealth = (signal: AbortSignal): Promise<SystemHealth> =>
  body(api.GET("/v1/system-health", { signal }));

export const listClients: Read<Client> = (cursor, signal) =>
  body(api.GET("/v1/clients", { ...page(cursor), signal }));

export function makeClient(given: ClientIn): Promise<Client> {
  return body(api.POST("/v1/clients", { params: { header: once() }, body: given }));
}

export function changeClient(client: Client, given: Schemas["ClientPatch"]): Promise<Client> {
  const params = { path: { client_id: client.client_id }, header: revised(client.version) };
  return body(api.PATCH("/v1/clients/{client_id}", { params, body: given }));
}

export type Retention = Schemas["RetentionOut"];

/** With `ifDays`, `due` is counted as if that were set. */
export function readRetention(signal: AbortSignal, ifDays?: number): Promise<Retention> {
  const query = ifDays === undefined ? {} : { if_days: ifDays };
  return body(api.GET("/v1/retention", { params: { query }, signal }));
}

/** null = for ever. */
export function keepFor(days: number | null): Promise<Retention> {
  return body(api.PUT("/v1/retention", { body: { keep_days: days } }));
}

export interface DeadFilter {
  stage?: string;
  error_code?: string;
}

export function listDead(filter: DeadFilter): Read<DeadRun> {
  return (cursor, signal) => body(api.GET("/v1/dead-runs", { ...page(cursor, filter), signal }));
}

export function replayDead(id: string) {
  return body(api.POST("/v1/dead-runs/{run_id}/replay", { params: { path: { run_id: id } } }));
}

export function dropDead(id: string): Promise<unknown> {
  return api.POST("/v1/dead-runs/{run_id}/drop", { params: { path: { run_id: id } } });
}
