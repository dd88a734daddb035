import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { api, body } from "../../../lib/api/client";
import { faults } from "../../../lib/testing/axe";
import { serve } from "../../../lib/testing/server";
import { me, mustEnrol, openSession, signIn } from "../../session/session";
import { Enrol } from "./enrol";

const REQUIRED = { status: 403, body: { code: "second_factor_required", detail: "set one up" } };
const BEGUN = {
  secret: "JBSWY3DPEHPK3PXP",
  otpauth_uri: "otpauth://totp/DocFlow:a@b.c?secret=JBSWY3DPEHPK3PXP",
};

test("a sign-in leads straight to the picture, then to the codes and on", async () => {
  let isOn = false;
  const asked = serve({
    "POST /v1/auth/login": { body: {} },
    "GET /v1/me": () => (isOn ? { body: { email: "a@b.c", role: "admin", client_id: null } } : REQUIRED),
    "POST /v1/me/mfa/totp": { body: BEGUN },
    "POST /v1/me/mfa/totp/confirm": () => {
      isOn = true;
      return { body: { recovery_codes: ["one-1", "two-2"] } };
    },
  });
  await signIn({ email: "a@b.c", password: "typed once" });
  expect(mustEnrol.value).toBe(true);
  const { container } = render(<Enrol />);
  expect(await screen.findByRole("img", { name: "QR code of the secret" })).toBeTruthy();
  expect(await asked.find((each) => each.url.endsWith("/totp"))?.json()).toEqual({ password: "typed once" });
  expect(await faults(container)).toEqual([]);
  await userEvent.type(screen.getByLabelText("Code from the app"), "123456{Enter}");
  await userEvent.click(await screen.findByRole("button", { name: "I have saved them", hidden: true }));
  await expect.poll(() => me.value?.email).toBe("a@b.c");
  expect(mustEnrol.value).toBe(false);
});

test("a session that was open when it became required asks for the password first", async () => {
  serve({ "GET /v1/processes": REQUIRED, "POST /v1/me/mfa/totp": { body: BEGUN }, "GET /v1/me": REQUIRED });
  localStorage.setItem("docflow.signed-in", "yes");
  await openSession();
  expect(mustEnrol.value).toBe(true);
  mustEnrol.value = false;
  await expect(body(api.GET("/v1/processes"))).rejects.toThrow();
  expect(mustEnrol.value).toBe(true);
  render(<Enrol />);
  await userEvent.type(screen.getByLabelText("Current password"), "password{Enter}");
  expect(await screen.findByRole("img", { name: "QR code of the secret" })).toBeTruthy();
  mustEnrol.value = false;
});
