import { render, screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { LocationProvider } from "preact-iso";
import { expect, test } from "vitest";
import { t } from "../../../lib/i18n";
import { serve } from "../../../lib/testing/server";
import { DeadWork } from "./dead";

const run = (id: string) => ({
  run_id: id,
  process_id: id,
  process_type_id: null,
  external_id: id,
  client_name: "Acme",
  stage: "OUTPUT",
  attempts: 3,
  error: { code: "internal_error", message: "no" },
  finished_at: "2026-11-30T04:00:00Z",
});

test("what was refused for one piece of work does not stand beside the next", async () => {
  serve({
    "GET /v1/dead-runs": { body: { data: [run("one"), run("two")], has_more: false, next_cursor: null } },
    "GET /v1/process-types": { body: { data: [], has_more: false, next_cursor: null } },
    "POST /v1/dead-runs/one/drop": {
      status: 503,
      body: { code: "temporarily_unavailable", detail: "later" },
    },
  });
  render(
    <LocationProvider>
      <DeadWork />
    </LocationProvider>,
  );
  const drops = () => screen.findAllByRole("button", { name: t("dead.drop") });
  await userEvent.click((await drops())[0] as HTMLElement);
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: t("dead.drop") }));
  await screen.findByRole("alert");
  await userEvent.click(screen.getByRole("button", { name: t("common.cancel") }));
  await userEvent.click((await drops())[1] as HTMLElement);
  const next = await screen.findByRole("dialog", { name: t("dead.drop_title") });
  expect(within(next).queryByRole("alert")).toBeNull();
});
