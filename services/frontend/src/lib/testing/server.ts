import { vi } from "vitest";

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };
type Route = (request: Request) => Answer | Promise<Answer>;

/** Answers `fetch` by "METHOD /path"; a request that nobody expects fails the test. Returns what was asked. */
export function serve(routes: Record<string, Route | Answer>): Request[] {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", async (input: string | Request, init?: RequestInit) => {
    const request = new Request(typeof input === "string" ? new URL(input, location.origin) : input, init);
    asked.push(request.clone());
    const route = routes[`${request.method} ${new URL(request.url).pathname}`];
    if (!route) throw new Error(`nobody expects ${request.method} ${request.url}`);
    const { status = 200, body, headers } = typeof route === "function" ? await route(request) : route;
    return new Response(body === undefined ? null : JSON.stringify(body), {
      status,
      headers: { "Content-Type": "application/json", ...headers },
    });
  });
  return asked;
}
