import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { LocationProvider } from "preact-iso";
import { beforeEach, expect, test, vi } from "vitest";
import { faults } from "../../../lib/testing/axe";
import { aListedProcess } from "../../../lib/testing/processes";
import { serve } from "../../../lib/testing/server";
import { ProcessList } from "./process-list";

const READ = aListedProcess({ process_id: "a", seller: "Nordwind GmbH", amount: "1299.5", currency: "EUR" });
const UNREAD = aListedProcess({ process_id: "b" });

beforeEach(() => history.replaceState(null, "", "/processes"));

const show = () =>
  render(
    <LocationProvider>
      <ProcessList />
    </LocationProvider>,
  );

const cellsOf = (id: string) =>
  [...document.querySelectorAll(`[data-row="${id}"] td`)].map((cell) => cell.textContent).slice(1, 4);

test("a row tells whom its document is from and the amount, as far as it was read", async () => {
  serve({
    "GET /v1/processes": { body: { data: [READ, UNREAD], has_more: false, next_cursor: null, next: null } },
    "GET /v1/process-types": { body: { data: [], has_more: false, next_cursor: null, next: null } },
  });
  const { container } = show();
  expect((await screen.findAllByText("Nordwind GmbH")).length).toBe(1);
  expect(cellsOf("a")).toEqual(["invoice.pdf€1,299.50 · Nordwind GmbH", "Nordwind GmbH", "€1,299.50"]);
  expect(cellsOf("b")).toEqual(["invoice.pdf", "–", "–"]);
  expect(await faults(container)).toEqual([]);
});

test("the results of marked rows are saved as one file, without those that have none", async () => {
  const running = aListedProcess({ process_id: "c", status: "extracting" });
  const asked = serve({
    "GET /v1/processes": {
      body: { data: [READ, UNREAD, running], has_more: false, next_cursor: null, next: null },
    },
    "GET /v1/process-types": { body: { data: [], has_more: false, next_cursor: null, next: null } },
    "POST /v1/exports": { body: {} },
  });
  const saved = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
  show();
  for (const id of ["a", "b", "c"]) await userEvent.click(await screen.findByLabelText(new RegExp(`${id}$`)));
  await userEvent.click(screen.getByText("Export as Excel (2)"));
  await expect.poll(() => saved.mock.calls.length).toBe(1);
  expect(await asked.find((each) => each.method === "POST")?.json()).toEqual({ process_ids: ["a", "b"] });
});
