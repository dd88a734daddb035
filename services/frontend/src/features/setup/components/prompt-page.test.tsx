import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { LocationProvider, Route, Router } from "preact-iso";
import { beforeEach, expect, test } from "vitest";
import { t } from "../../../lib/i18n";
import { queries } from "../../../lib/query/client";
import { serve } from "../../../lib/testing/server";
import { PromptPage } from "./prompt-page";

const PROMPT = {
  prompt_id: "p",
  process_type_id: "simple_invoice",
  stage: "ocr",
  version: 1,
  state: "draft",
  revision: 1,
  prompt_template: "{{document_text}}",
  model_name: "small",
  max_tokens: 100,
  is_platform: false,
};
const NONE = { body: { data: [], has_more: false, next_cursor: null, next: null } };

beforeEach(() => history.replaceState(null, "", "/configuration/prompts/p"));

const show = () =>
  render(
    <LocationProvider>
      <Router>
        <Route path="/configuration/prompts/:prompt" component={PromptPage} />
        <Route default component={() => null} />
      </Router>
    </LocationProvider>,
  );

test("saving after a refused publication is a change of what was saved with it", async () => {
  const seen: (string | null)[] = [];
  serve({
    "GET /v1/prompts": NONE,
    "GET /v1/process-types": NONE,
    "GET /v1/prompts/p": { body: PROMPT },
    "PATCH /v1/prompts/p": async (request) => {
      seen.push(request.headers.get("If-Match"));
      return { body: { ...PROMPT, ...(await request.json()), revision: 1 + seen.length } };
    },
    "POST /v1/prompts/p/publish": { status: 422, body: { code: "validation_failed", detail: "no" } },
  });
  show();
  await userEvent.type(await screen.findByLabelText(t("setup.model")), "er");
  await userEvent.click(screen.getByText(t("setup.publish")));
  await screen.findByRole("alert");
  await userEvent.type(screen.getByLabelText(t("setup.model")), "!");
  await userEvent.click(screen.getByText(t("common.save")));
  await expect.poll(() => seen).toEqual(['"1"', '"2"']);
});

test("what somebody else saved meanwhile is not written over", async () => {
  const seen: (string | null)[] = [];
  let revision = 1;
  serve({
    "GET /v1/prompts": NONE,
    "GET /v1/process-types": NONE,
    "GET /v1/prompts/p": () => ({ body: { ...PROMPT, revision } }),
    "PATCH /v1/prompts/p": (request) => {
      seen.push(request.headers.get("If-Match"));
      return { status: 412, body: { code: "precondition_failed", detail: "changed" } };
    },
  });
  show();
  await userEvent.type(await screen.findByLabelText(t("setup.model")), "er");
  revision = 2;
  await queries.invalidateQueries({ queryKey: ["prompts"] });
  await userEvent.click(screen.getByText(t("common.save")));
  await expect.poll(() => seen).toEqual(['"1"']);
});
