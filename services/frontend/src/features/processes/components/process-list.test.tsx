import { render, screen } from "@testing-library/preact";
import { LocationProvider } from "preact-iso";
import { beforeEach, expect, test } from "vitest";
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
  [...document.querySelectorAll(`[data-row="${id}"] td`)].map((cell) => cell.textContent);

test("a row tells whom its document is from and the amount, as far as it was read", async () => {
  serve({
    "GET /v1/processes": { body: { data: [READ, UNREAD], has_more: false, next_cursor: null, next: null } },
    "GET /v1/process-types": { body: { data: [], has_more: false, next_cursor: null, next: null } },
  });
  const { container } = show();
  expect((await screen.findAllByText("Nordwind GmbH")).length).toBe(1);
  expect(cellsOf("a").slice(0, 3)).toEqual([
    "invoice.pdfNordwind GmbH · €1,299.50",
    "Nordwind GmbH",
    "€1,299.50",
  ]);
  expect(cellsOf("b").slice(0, 3)).toEqual(["invoice.pdf", "–", "–"]);
  expect(await faults(container)).toEqual([]);
});
