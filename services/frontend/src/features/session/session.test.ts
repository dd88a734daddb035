import { expect, test } from "vitest";
import { api, body } from "../../lib/api/client";
import { serve } from "../../lib/testing/server";
import { keepDraft, keptDraft, NOTHING } from "../reviews/draft";
import { type Item, items } from "../uploads/queue";
import { type Me, me, signIn, signOut } from "./session";

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

test("what somebody left in the tab waits for them and is gone for anybody else", async () => {
  let user_id = "ann";
  serve({
    "POST /v1/auth/login": { body: {} },
    "POST /v1/auth/logout": { status: 204 },
    "GET /v1/me": () => ({ body: { ...WHO, user_id } }),
  });
  const credentials = { email: "a@b.c", password: "right" };
  const draft = { ...NOTHING, edits: { grand_total: "1.00" } };
  const leave = () => {
    keepDraft("p1", draft);
    items.value = [{ id: 1, name: "a.pdf" } as Item];
  };
  const left = () => [keptDraft("p1"), items.value.length];
  await signIn(credentials);
  leave();
  await signIn(credentials);
  expect(left()).toEqual([draft, 1]);
  user_id = "bob";
  await signIn(credentials);
  expect(left()).toEqual([NOTHING, 0]);
  leave();
  await signOut();
  expect(left()).toEqual([NOTHING, 0]);
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
