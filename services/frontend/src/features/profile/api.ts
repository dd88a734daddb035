import { api, body, type Schemas } from "../../lib/api/client";

export type SessionRow = Schemas["SessionOut"];
export type Preferences = Schemas["NotificationPreferencesOut"];
export type Told = Schemas["Told"];

export async function changePassword(given: { current_password: string; password: string }): Promise<void> {
  await api.POST("/v1/auth/password/change", { body: given });
}

export const getFactor = (signal: AbortSignal) => body(api.GET("/v1/me/mfa", { signal }));

/** `code` where a factor is on that another is to replace. */
export const beginFactor = (proof: { password: string; code?: string }) =>
  body(api.POST("/v1/me/mfa/totp", { body: proof }));

export async function confirmFactor(code: string): Promise<string[]> {
  return (await body(api.POST("/v1/me/mfa/totp/confirm", { body: { code } }))).recovery_codes;
}

export interface Proof {
  password: string;
  code: string;
}

export async function renewCodes(proof: Proof): Promise<string[]> {
  return (await body(api.POST("/v1/me/mfa/recovery-codes", { body: proof }))).recovery_codes;
}

export async function endFactor(proof: Proof): Promise<void> {
  await api.DELETE("/v1/me/mfa", { body: proof });
}

export const getSessions = (signal: AbortSignal) => body(api.GET("/v1/auth/sessions", { signal }));

export async function endSession(id: string): Promise<void> {
  await api.DELETE("/v1/auth/sessions/{session_id}", { params: { path: { session_id: id } } });
}

export async function endOtherSessions(): Promise<void> {
  await api.DELETE("/v1/auth/sessions");
}

export const readPreferences = (signal: AbortSignal): Promise<Preferences> =>
  body(api.GET("/v1/me/notification-preferences", { signal }));

export function setPreferences(given: Schemas["NotificationPreferencesIn"]): Promise<Preferences> {
  return body(api.PUT("/v1/me/notification-preferences", { body: given }));
}

/** Letters are written in the language of the portal. */
export async function writeLettersIn(language: Schemas["Language"]): Promise<void> {
  const kept = await body(api.GET("/v1/me/notification-preferences"));
  await setPreferences({
    in_app: kept.in_app as Told[],
    email: kept.email as Told[],
    email_window_s: kept.email_window_s,
    language,
  });
}
