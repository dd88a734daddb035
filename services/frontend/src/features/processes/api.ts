import { api, body, type Schemas } from "../../lib/api/client";

export type Process = Schemas["ProcessOut"];
export type ProcessStatus = Schemas["ProcessStatus"];

export interface ProcessFilter {
  status?: ProcessStatus[];
  process_type_id?: string;
  q?: string;
}

export function listProcesses(filter: ProcessFilter) {
  return (cursor: string | undefined, signal: AbortSignal) =>
    body(
      api.GET("/v1/processes", { params: { query: { limit: 50, cursor, ...filter } as never }, signal }),
    ) as Promise<Schemas["Page_ProcessOut_"]>;
}
