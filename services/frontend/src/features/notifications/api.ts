import { api, body, type Schemas } from "../../lib/api/client";
import type { Page } from "../../lib/query/use";

export type Notification = Schemas["NotificationOut"];

type Read<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

const page = (cursor: string | undefined, more: object = {}) => ({
  params: { query: { limit: 50, cursor, ...more } as never },
});

export function listNotifications(unread: boolean): Read<Notification> {
  return (cursor, signal) => body(api.GET("/v1/notifications", { ...page(cursor, { unread }), signal }));
}

export const countUnread = (signal: AbortSignal) =>
  body(api.GET("/v1/notifications/unread-count", { signal }));

export function markRead(id: string): Promise<Notification> {
  const path = { notification_id: id };
  return body(api.POST("/v1/notifications/{notification_id}/read", { params: { path } }));
}

export function markAllRead(): Promise<unknown> {
  return api.POST("/v1/notifications/read-all");
}
