import { fireEvent, render, screen } from "@testing-library/preact";
import { LocationProvider } from "preact-iso";
import { beforeEach, expect, test, vi } from "vitest";
import { listenForKeys } from "../../../lib/keys";
import { faults } from "../../../lib/testing/axe";
import { serve } from "../../../lib/testing/server";
import { MADE_RESULT, madeProcess } from "../made";
import { Queue } from "./queue";

const row = (id: string, code: string, field: string | null) => ({
  review_id: id,
  process_id: id,
  reasons: [{ code, field, message: "" }],
  priority: 0,
  age_s: 3600,
  assignee: null,
  claimed_by: null,
  claimed_until: null,
  version: 1,
  created_at: "2026-03-05T10:00:00Z",
  process: madeProcess({ process_id: id }),
});

const found = (rows: unknown[]) => ({ body: { data: rows, has_more: false, next_cursor: null, next: null } });

beforeEach(() => history.replaceState(null, "", "/reviews"));

const show = () =>
  render(
    <LocationProvider>
      <Queue />
    </LocationProvider>,
  );

test("reasons are told in plain words, and j and Enter open a row", async () => {
  const process = { "GET /v1/reviews/b": { status: 404, body: { code: "not_found" } } };
  serve({
    "GET /v1/reviews": found([row("a", "fraud_detected", null), row("b", "field_missing", "currency")]),
    ...process,
    "GET /v1/reviews/a": { status: 404, body: { code: "not_found" } },
    "GET /v1/processes/a": { body: madeProcess({ process_id: "a" }) },
    "GET /v1/processes/a/result": { body: MADE_RESULT },
    "GET /v1/processes/b": { body: madeProcess({ process_id: "b" }) },
    "GET /v1/processes/b/result": { body: MADE_RESULT },
  });
  vi.stubGlobal("Image", class {});
  const stop = listenForKeys();
  const { container } = show();
  expect(await screen.findByText("Currency · Not found on the document")).toBeTruthy();
  expect(await faults(container)).toEqual([]);
  fireEvent.keyDown(document.body, { key: "j" });
  await expect
    .poll(() => container.querySelector("[aria-selected=true]")?.getAttribute("data-row"))
    .toBe("b");
  fireEvent.keyDown(document.body, { key: "Enter" });
  stop();
  expect(location.pathname).toBe("/reviews/b");
});

test("an empty queue is good news", async () => {
  serve({ "GET /v1/reviews": found([]) });
  const { container } = show();
  expect(await screen.findByText("All clear")).toBeTruthy();
  expect(await faults(container)).toEqual([]);
});
