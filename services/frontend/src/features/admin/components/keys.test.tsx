import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { LocationProvider } from "preact-iso";
import { expect, test } from "vitest";
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
