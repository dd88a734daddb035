import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { LocationProvider } from "preact-iso";
import { beforeEach, expect, test, vi } from "vitest";
import { faults } from "../../../lib/testing/axe";
import { serve } from "../../../lib/testing/server";
import { Usage } from "./usage";

const tokens = (key: string | null, tokens_input: number) => ({
  key,
  calls: 2,
  tokens_input,
  tokens_output: 0,
  tokens_cache_read: 0,
  cache_hits: 0,
});
const cost = (key: string | null, of: string) => ({ key, cost: of, unpriced_calls: 0 });
const TYPES = {
  tokens: [tokens("expense_receipt", 10), tokens("simple_invoice", 90), tokens(null, 5)],
  costs: [cost("expense_receipt", "0.008"), cost("simple_invoice", "1.5"), cost(null, "0.0004")],
};

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-30T12:00:00Z"), toFake: ["Date"] });
  history.replaceState(null, "", "/admin/usage");
});

const show = () => {
  const asked = serve({
    "GET /v1/usage/tokens": { body: { data: TYPES.tokens, total: tokens(null, 105) } },
    "GET /v1/usage/costs": { body: { data: TYPES.costs, total: cost(null, "1.5084") } },
    "GET /v1/process-types": { body: { data: [], has_more: false, next_cursor: null, next: null } },
  });
  const { container } = render(
    <LocationProvider>
      <Usage />
    </LocationProvider>,
  );
  return { asked, container };
};
const rows = () =>
  [...document.querySelectorAll("tbody tr")].map((row) => {
    const cells = [...row.querySelectorAll("td")].map((cell) => cell.textContent);
    return [cells[0], cells.at(-1)];
  });

test("types stand by their size, with costs of as many digits", async () => {
  const { container } = show();
  await userEvent.selectOptions(await screen.findByLabelText("By"), "process_type");
  await expect.poll(rows).toEqual([
    ["Invoice", "$1.5000"],
    ["Receipt", "$0.0080"],
    ["Type not known", "$0.0004"],
  ]);
  expect(screen.getByRole("columnheader", { name: "Type" })).toBeTruthy();
  expect(await faults(container)).toEqual([]);
});

test("months are asked for as a year of them", async () => {
  const { asked } = show();
  await userEvent.selectOptions(await screen.findByLabelText("By"), "month");
  const spans = () =>
    asked
      .map((each) => new URL(each.url).searchParams)
      .filter((query) => query.get("group_by") === "month")
      .map((query) => [query.get("from"), query.get("to")]);
  await expect.poll(spans).toContainEqual(["2025-12-01T00:00:00Z", "2026-12-01T00:00:00Z"]);
});
