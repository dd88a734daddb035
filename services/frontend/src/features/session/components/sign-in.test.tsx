import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { faults } from "../../../lib/testing/axe";
import { serve } from "../../../lib/testing/server";
import { me } from "../session";
import { SignIn } from "./sign-in";

async function signInAs(password: string): Promise<void> {
  await userEvent.type(screen.getByLabelText("E-mail address"), "admin@acme.com");
  await userEvent.type(screen.getByLabelText("Password"), `${password}{Enter}`);
}

test("a wrong password says so and keeps what was typed", async () => {
  serve({ "POST /v1/auth/login": { status: 401, body: { code: "invalid_credentials", detail: "no" } } });
  const { container } = render(<SignIn />);
  await signInAs("wrong");
  expect((await screen.findByRole("alert")).textContent).toContain("The address or the password is wrong.");
  expect((screen.getByLabelText("E-mail address") as HTMLInputElement).value).toBe("admin@acme.com");
  expect(await faults(container)).toEqual([]);
});

test("what a password manager fills without a key is sent", async () => {
  const asked = serve({ "POST /v1/auth/login": { status: 401, body: { code: "invalid_credentials" } } });
  render(<SignIn />);
  (screen.getByLabelText("E-mail address") as HTMLInputElement).value = "admin@acme.com";
  (screen.getByLabelText("Password") as HTMLInputElement).value = "filled";
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await asked[0]?.json()).toMatchObject({ email: "admin@acme.com", password: "filled" });
});

test("an account with a second factor is asked for its code", async () => {
  const asked = serve({
    "POST /v1/auth/login": async (request) => {
      const { totp } = await request.json();
      return totp ? { body: {} } : { status: 401, body: { code: "mfa_required", detail: "code" } };
    },
    "GET /v1/me": { body: { email: "admin@acme.com", role: "admin", client_id: null } },
  });
  render(<SignIn />);
  await signInAs("right");
  await userEvent.type(await screen.findByLabelText("Code from your authenticator app"), "123 456{Enter}");
  await expect.poll(() => me.value?.email).toBe("admin@acme.com");
  expect(await asked[1]?.json()).toMatchObject({ totp: "123456", cookie: true });
});
