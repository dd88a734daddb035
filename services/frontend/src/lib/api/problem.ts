/** An error answer of the API (RFC 9457), or the absence of any answer (`offline`). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly places: readonly { pointer: string; message: string }[];
  /** Seconds to wait before trying again, where the server said so. */
  readonly retryAfter: number | null;

  constructor(given: {
    status: number;
    code: string;
    detail: string;
    requestId?: string | null;
    places?: readonly { pointer: string; message: string }[];
    retryAfter?: number | null;
  }) {
    super(given.detail);
    this.name = "Problem";
    this.status = given.status;
    this.code = given.code;
    this.requestId = given.requestId ?? null;
    this.places = given.places ?? [];
    this.retryAfter = given.retryAfter ?? null;
  }

  /** What is wrong with one field of a form: `/email` or `/documents/0/url`. */
  at(pointer: string): string | undefined {
    return this.places.find((place) => place.pointer === pointer)?.message;
  }
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const offline = error instanceof TypeError;
  return new Problem({ status: 0, code: offline ? "offline" : "unexpected", detail });
}

export async function problemFrom(response: Response): Promise<Problem> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  const told = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const wait = Number(response.headers.get("Retry-After"));
  return new Problem({
    status: response.status,
    code: typeof told.code === "string" ? told.code : `http_${response.status}`,
    detail: typeof told.detail === "string" ? told.detail : response.statusText,
    requestId: response.headers.get("X-Request-ID"),
    places: Array.isArray(told.errors) ? told.errors : [],
    retryAfter: Number.isFinite(wait) && wait > 0 ? wait : null,
  });
}
