import { expect, test } from "vitest";
import { api, body } from "../../lib/api/client";
import { serve } from "../../lib/testing/server";
import { type Me, me, signOut } from "./session";

const WHO = { email: "a@b.c", role: "admin", client_id: null } as unknown as Me;

test("a wrong code of who is signed in is sent once: each one counts", async () => {
  const asked = serve({
    "POST /v1/me/mfa/recovery-codes": { status: 401, body: { code: "invalid_credentials", detail: "no" } },
    "POST /v1/auth/refresh": { body: {} },
  });
  const proof = { password: "right", code: "000000" };
  await expect(body(api.POST("/v1/me/mfa/recovery-codes", { body: proof }))).rejects.toThrow();
  expect(asked.map((each) => new URL(each.url).pathname)).toEqual(["/v1/me/mfa/recovery-codes"]);
});

test("a session that ran out is renewed there, too", async () => {
  let isNew = false;
  serve({
    "GET /v1/me/mfa": () =>
      isNew ? { body: { enabled: false } } : { status: 401, body: { code: "unauthorized", detail: "no" } },
    "POST /v1/auth/refresh": () => {
      isNew = true;
      return { body: {} };
    },
  });
  expect(await body(api.GET("/v1/me/mfa"))).toMatchObject({ enabled: false });
});

test("who could not be signed out stays signed in, who has no session any more does not", async () => {
  me.value = WHO;
  serve({ "POST /v1/auth/logout": { status: 503, body: { code: "temporarily_unavailable", detail: "no" } } });
  await signOut();
  expect(me.value).toBe(WHO);
  serve({ "POST /v1/auth/logout": { status: 401, body: { code: "unauthorized", detail: "no" } } });
  await signOut();
  expect(me.value).toBeNull();
});
