import createClient, { type Middleware } from "openapi-fetch";
import { Problem, problemFrom } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** Told when the session cannot be renewed; the app shows the sign-in page then. */
let signedOut: () => void = () => {};

export function onSignedOut(act: () => void): void {
  signedOut = act;
}

/** Told when nothing is answered before a second factor is set up. */
let factorRequired: () => void = () => {};

export function onFactorRequired(act: () => void): void {
  factorRequired = act;
}

const HEADERS = { "X-DocFlow-Request": "portal" };
export const FACTOR_REQUIRED = "second_factor_required";
const RENEWED_BY_NOBODY = /^\/v1\/auth\/(login|refresh|logout|password\/(forgot|reset)|email)/;

let renewing: Promise<Response> | null = null;

/** One renewal at a time, whoever needs it; the tokens live in cookies that no script can read. */
function renew(): Promise<Response> {
  renewing ??= fetch("/v1/auth/refresh", {
    method: "POST",
    headers: { ...HEADERS, "Content-Type": "application/json" },
    body: "{}",
  }).finally(() => {
    renewing = null;
  });
  return renewing;
}

/** As `fetch`, with the portal's header and one renewal of the session where it has run out. */
export async function send(input: string | Request, init: RequestInit = {}): Promise<Response> {
  const request = new Request(input, init);
  for (const [name, value] of Object.entries(HEADERS)) request.headers.set(name, value);
  const again = request.clone();
  const answer = await fetch(request);
  const path = new URL(request.url).pathname;
  if (answer.status !== 401 || RENEWED_BY_NOBODY.test(path) || (await isWrongProof(path, answer)))
    return answer;
  const renewed = await renew();
  if (renewed.ok) return fetch(again);
  // A server that is away or busy has not said that the session is over.
  if (renewed.status >= 500 || renewed.status === 429) return renewed.clone();
  signedOut();
  return answer;
}

/** A wrong password or code, given by who is signed in: sent again it would count as another failure. */
async function isWrongProof(path: string, answer: Response): Promise<boolean> {
  return path.startsWith("/v1/me/mfa") && (await problemFrom(answer)).code === "invalid_credentials";
}

const refusals: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return undefined;
    const problem = await problemFrom(response);
    if (problem.code === FACTOR_REQUIRED) factorRequired();
    throw problem;
  },
};

/** The API, typed by its OpenAPI document. Every refusal is thrown as a `Problem`. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin, fetch: send });
api.use(refusals);

/** The body of an answer that always has one. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  if (data === undefined) throw new Problem({ status: 0, code: "unexpected", detail: "the answer is empty" });
  return data;
}

/** A key for an act that must happen once, however often the request is sent. */
export function onceKey(): string {
  return crypto.randomUUID();
}
