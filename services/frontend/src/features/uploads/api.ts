import { api, body } from "../../lib/api/client";

export function listTypes(signal: AbortSignal) {
  return body(api.GET("/v1/process-types", { params: { query: { limit: 100 } }, signal }));
}
