import { expect, test } from "vitest";
import { serve } from "../testing/server";
import { api, onSignedOut } from "./client";
import { Problem } from "./problem";

test("every request says that it comes from the portal", async () => {
  const asked = serve({ "GET /v1/me": { body: { email: "a@b.c" } } });
  await api.GET("/v1/me");
  expect(asked[0]?.headers.get("X-DocFlow-Request")).toBe("portal");
});

test("a session that ran out is renewed once, and the request is sent again", async () => {
  let tries = 0;
  const asked = serve({
    "GET /v1/me": () =>
      ++tries === 1 ? { status: 401, body: { code: "unauthorized" } } : { body: { email: "a@b.c" } },
    "POST /v1/auth/refresh": { body: {} },
  });
  const { data } = await api.GET("/v1/me");
  expect(data?.email).toBe("a@b.c");
  expect(asked.map((each) => new URL(each.url).pathname)).toEqual(["/v1/me", "/v1/auth/refresh", "/v1/me"]);
});

test("two requests at once renew the session once", async () => {
  let isRenewed = false;
  const asked = serve({
    "GET /v1/me": () => (isRenewed ? { body: {} } : { status: 401, body: { code: "unauthorized" } }),
    "POST /v1/auth/refresh": () => {
      isRenewed = true;
      return { body: {} };
    },
  });
  await Promise.all([api.GET("/v1/me"), api.GET("/v1/me")]);
  expect(asked.filter((each) => each.url.endsWith("/refresh"))).toHaveLength(1);
});

test("a session that cannot be renewed signs out", async () => {
  let left = 0;
  onSignedOut(() => left++);
  serve({
    "GET /v1/me": { status: 401, body: { code: "unauthorized", detail: "sign in" } },
    "POST /v1/auth/refresh": { status: 401, body: {} },
  });
  await expect(api.GET("/v1/me")).rejects.toMatchObject({ status: 401, code: "unauthorized" });
  expect(left).toBe(1);
});

test("a server that is away for a moment signs nobody out", async () => {
  let left = 0;
  onSignedOut(() => left++);
  const routes = { "GET /v1/me": { status: 401, body: { code: "unauthorized", detail: "sign in" } } };
  serve({ ...routes, "POST /v1/auth/refresh": { status: 503, body: { code: "temporarily_unavailable" } } });
  const both = await Promise.allSettled([api.GET("/v1/me"), api.GET("/v1/me")]);
  for (const each of both) expect(each).toMatchObject({ reason: { status: 503 } });
  serve({ ...routes, "POST /v1/auth/refresh": () => Promise.reject(new TypeError("offline")) });
  await expect(api.GET("/v1/me")).rejects.toThrow("offline");
  expect(left).toBe(0);
});

test("a password is changed in a session that has to be renewed first", async () => {
  let isRenewed = false;
  serve({
    "POST /v1/auth/password/change": () =>
      isRenewed ? { status: 204 } : { status: 401, body: { code: "unauthorized", detail: "sign in" } },
    "POST /v1/auth/refresh": () => {
      isRenewed = true;
      return { body: {} };
    },
  });
  const given = { current_password: "old", password: "new" };
  await api.POST("/v1/auth/password/change", { body: given });
  expect(isRenewed).toBe(true);
});

test("a refusal carries its code, its places and the request's id", async () => {
  serve({
    "GET /v1/me": {
      status: 422,
      body: {
        code: "validation_failed",
        detail: "no",
        errors: [{ pointer: "/email", message: "is no address" }],
      },
      headers: { "X-Request-ID": "r-1" },
    },
  });
  const refused = await api.GET("/v1/me").catch((error: unknown) => error as Problem);
  expect(refused).toBeInstanceOf(Problem);
  expect((refused as Problem).at("/email")).toBe("is no address");
  expect((refused as Problem).requestId).toBe("r-1");
});
