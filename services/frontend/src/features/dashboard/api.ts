import { api, body, type Schemas } from "../../lib/api/client";

export type DayFigures = Schemas["ThroughputSumOut"];
export type Process = Schemas["ProcessOut"];

const RUNNING = ["pending", "ingested", "classifying", "extracting", "validating"] as const;
/** As many as one answer holds; of more the number is a "100+". */
export const MOST_REVIEWS = 100;
export const SHOWN = 6;

const midnight = (days: number): string =>
  `${new Date(Date.now() - (days - 1) * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;

/** Of the last `days` days, today among them, in UTC as the server counts. */
export function getDays(days: number, signal: AbortSignal) {
  return body(
    api.GET("/v1/usage/processes", { params: { query: { from: midnight(days), group_by: "day" } }, signal }),
  );
}

export function getCosts(days: number, signal: AbortSignal) {
  return body(
    api.GET("/v1/usage/costs", { params: { query: { from: midnight(days), group_by: "day" } }, signal }),
  );
}

export function getReviews(signal: AbortSignal) {
  return body(api.GET("/v1/reviews", { params: { query: { limit: MOST_REVIEWS } }, signal }));
}

export function getRunning(signal: AbortSignal) {
  return body(
    api.GET("/v1/processes", { params: { query: { status: [...RUNNING], limit: SHOWN } }, signal }),
  );
}

/** The newest process, if there was ever one. */
export function getNewest(signal: AbortSignal) {
  return body(api.GET("/v1/processes", { params: { query: { limit: 1 } }, signal }));
}

export function getFailed(signal: AbortSignal) {
  const query = { status: ["failed" as const], created_after: midnight(7), limit: SHOWN };
  return body(api.GET("/v1/processes", { params: { query }, signal }));
}
