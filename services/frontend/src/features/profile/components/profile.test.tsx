import { render, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { setLocale } from "../../../lib/i18n";
import { faults } from "../../../lib/testing/axe";
import { serve } from "../../../lib/testing/server";
import { type Me, me } from "../../session/session";
import { Profile } from "./profile";

const session = (id: string, current: boolean) => ({
  session_id: id,
  device: id,
  user_agent: null,
  address: "127.0.0.1",
  created_at: "2026-11-30T04:00:00Z",
  last_used_at: "2026-11-30T04:00:00Z",
  current,
});

test("the other sessions can be ended, this one cannot", async () => {
  const asked = serve({
    "GET /v1/me/mfa": { body: { enabled: false, pending: false, recovery_codes_left: 0, required: false } },
    "GET /v1/auth/sessions": {
      body: { data: [session("Here", true), session("There", false)], has_more: false },
    },
    "DELETE /v1/auth/sessions/There": { status: 204 },
  });
  const { container } = render(<Profile />);
  await userEvent.click(await screen.findByLabelText("Sign out There"));
  expect(asked.some((each) => each.method === "DELETE")).toBe(true);
  expect(screen.queryByLabelText("Sign out Here")).toBeNull();
  expect(await faults(container)).toEqual([]);
});

test("a second factor is set up with a picture, a secret to type and codes that are shown once", async () => {
  let enabled = false;
  serve({
    "GET /v1/me/mfa": () => ({
      body: { enabled, pending: false, recovery_codes_left: enabled ? 10 : 0, required: false },
    }),
    "GET /v1/auth/sessions": { body: { data: [session("Here", true)], has_more: false } },
    "POST /v1/me/mfa/totp": {
      body: {
        secret: "JBSWY3DPEHPK3PXP",
        otpauth_uri: "otpauth://totp/DocFlow:a@b.c?secret=JBSWY3DPEHPK3PXP",
      },
    },
    "POST /v1/me/mfa/totp/confirm": () => {
      enabled = true;
      return { body: { recovery_codes: ["one-1", "two-2"] } };
    },
  });
  render(<Profile />);
  await userEvent.click(await screen.findByRole("button", { name: "Turn on" }));
  const dialog = document.querySelector("dialog") as HTMLElement;
  await userEvent.type(dialog.querySelector("input") as HTMLElement, "password{Enter}");
  expect(await screen.findByRole("img", { name: "QR code of the secret", hidden: true })).toBeTruthy();
  expect(screen.getByText("JBSW Y3DP EHPK 3PXP")).toBeTruthy();
  await userEvent.type(screen.getByLabelText("Code from the app"), "123456{Enter}");
  expect(await screen.findByText("one-1")).toBeTruthy();
  expect(await screen.findByText("10 recovery codes left")).toBeTruthy();
});

test("letters are written in the language that is picked", async () => {
  me.value = { role: "viewer", scopes: [] } as unknown as Me;
  const kept = { in_app: ["alert"], email: [], email_window_s: 300, language: "en", available: ["alert"] };
  const asked = serve({
    "GET /v1/me/mfa": { body: { enabled: false, pending: false, recovery_codes_left: 0, required: false } },
    "GET /v1/auth/sessions": { body: { data: [session("Here", true)], has_more: false } },
    "GET /v1/me/notification-preferences": { body: kept },
    "PUT /v1/me/notification-preferences": { body: { ...kept, language: "de" } },
  });
  render(<Profile />);
  await userEvent.selectOptions(await screen.findByLabelText("Language"), "de");
  await waitFor(() => expect(asked.some((each) => each.method === "PUT")).toBe(true));
  expect(await asked.find((each) => each.method === "PUT")?.json()).toEqual({
    in_app: ["alert"],
    email: [],
    email_window_s: 300,
    language: "de",
  });
  await setLocale("en");
  me.value = undefined;
});
