import type { Schemas } from "../../lib/api/client";
import { send } from "../../lib/api/client";
import { Problem, problemFrom } from "../../lib/api/problem";

export interface Submission {
  files: readonly File[];
  /** "" = the documents tell. */
  type: string;
  /** The same in every attempt: what arrived twice is taken once. */
  key: string;
}

export interface Taken {
  process: Schemas["ProcessOut"];
  /** The server knew the file already and gave the earlier process. */
  isEarlier: boolean;
}

/** Hands in files as one process. `progress` hears the share 0..1 that has left; fetch cannot tell that, XHR can. */
export async function submit(
  submission: Submission,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Taken> {
  const answer = await post(submission, progress, signal);
  if (answer.status !== 401) return answer.taken();
  // The session ran out: any request of the client renews it.
  const renewed = await send("/v1/me");
  if (!renewed.ok) throw await problemFrom(renewed);
  return (await post(submission, progress, signal)).taken();
}

interface Answer {
  status: number;
  taken: () => Taken;
}

function post(
  submission: Submission,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Answer> {
  const form = new FormData();
  if (submission.type) form.append("process_type_id", submission.type);
  form.append("ingestion_source", "web");
  for (const file of submission.files) form.append("files", file, file.name);
  return new Promise((resolve, reject) => {
    const cancelled = () => reject(new Problem({ status: 0, code: "cancelled", detail: "cancelled" }));
    // Stopped between two attempts, when there was nothing to abort.
    if (signal.aborted) return cancelled();
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/processes");
    request.setRequestHeader("X-DocFlow-Request", "portal");
    request.setRequestHeader("Idempotency-Key", submission.key);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => resolve({ status: request.status, taken: () => takenFrom(request) });
    request.onerror = () =>
      reject(new Problem({ status: 0, code: "offline", detail: "the connection broke" }));
    request.onabort = cancelled;
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

function takenFrom(request: XMLHttpRequest): Taken {
  const told = parsed(request.responseText);
  if (request.status >= 200 && request.status < 300 && typeof told.process_id === "string")
    return { process: told as unknown as Taken["process"], isEarlier: request.status === 200 };
  const wait = Number(request.getResponseHeader("Retry-After"));
  throw new Problem({
    status: request.status,
    code: typeof told.code === "string" ? told.code : `http_${request.status}`,
    detail: typeof told.detail === "string" ? told.detail : request.statusText,
    requestId: request.getResponseHeader("X-Request-ID"),
    places: Array.isArray(told.errors) ? (told.errors as never[]) : [],
    retryAfter: Number.isFinite(wait) && wait > 0 ? wait : null,
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
