import { render, screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { LocationProvider } from "preact-iso";
import { expect, test } from "vitest";
import { t } from "../../../lib/i18n";
import { faults } from "../../../lib/testing/axe";
import { serve } from "../../../lib/testing/server";
import { ApiKeys } from "./keys";

test("without keys the page says what they are for; a refusal is shown with its code", async () => {
  serve({ "GET /v1/api-keys": { body: { data: [], has_more: false, next: null, next_cursor: null } } });
  const { container } = render(
    <LocationProvider>
      <ApiKeys />
    </LocationProvider>,
  );
  await screen.findByText("No key yet");
  expect(await faults(container)).toEqual([]);
  serve({ "POST /v1/api-keys": { status: 403, body: { code: "forbidden", detail: "no" } } });
  await userEvent.click(screen.getByRole("button", { name: "Create a key" }));
  await userEvent.type(screen.getByLabelText("Name"), "n8n{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("forbidden");
});

test("what was refused for one key does not stand beside the next", async () => {
  const key = (id: string) => ({ api_key_id: id, name: id, prefix: id, scopes: [], last_used_at: null });
  serve({
    "GET /v1/api-keys": { body: { data: [key("one"), key("two")], has_more: false, next_cursor: null } },
    "DELETE /v1/api-keys/one": { status: 503, body: { code: "temporarily_unavailable", detail: "later" } },
  });
  render(
    <LocationProvider>
      <ApiKeys />
    </LocationProvider>,
  );
  const revokes = () => screen.findAllByRole("button", { name: t("apikeys.revoke") });
  await userEvent.click((await revokes())[0] as HTMLElement);
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: t("apikeys.revoke") }));
  await screen.findByRole("alert");
  await userEvent.click(screen.getByRole("button", { name: t("common.cancel") }));
  await userEvent.click((await revokes())[1] as HTMLElement);
  const next = await screen.findByRole("dialog", { name: t("apikeys.revoke_title", { name: "two" }) });
  expect(within(next).queryByRole("alert")).toBeNull();
});
