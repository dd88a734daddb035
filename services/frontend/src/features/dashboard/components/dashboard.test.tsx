import { render, screen } from "@testing-library/preact";
import { LocationProvider } from "preact-iso";
import { expect, test } from "vitest";
import { queries } from "../../../lib/query/client";
import { faults } from "../../../lib/testing/axe";
import { aProcess } from "../../../lib/testing/processes";
import { serve } from "../../../lib/testing/server";
import { me } from "../../session/session";
import { Dashboard } from "./dashboard";

test("where nothing has come in yet, the first steps stand in place of empty figures", async () => {
  me.value = { role: "operator" } as typeof me.value;
  const nothing = { body: { data: [], has_more: false, next_cursor: null } };
  serve({
    "GET /v1/processes": nothing,
    "GET /v1/reviews": nothing,
    "GET /v1/usage/processes": { body: { data: [] } },
    "GET /v1/usage/costs": { body: { data: [] } },
  });
  const { container } = render(
    <LocationProvider>
      <Dashboard />
    </LocationProvider>,
  );
  expect(await screen.findByText("Welcome to DocFlow")).toBeTruthy();
  const steps = screen.getAllByRole("listitem").map((each) => each.querySelector("a")?.getAttribute("href"));
  expect(steps).toEqual(["/upload", "/reviews"]);
  expect(screen.queryByText("Performance")).toBeNull();
  expect(await faults(container)).toEqual([]);
});

test("what was kept from before the first document does not show the first steps", async () => {
  me.value = { role: "viewer" } as typeof me.value;
  queries.setQueryData(["dashboard", "newest"], { data: [], has_more: false, next_cursor: null });
  serve({
    "GET /v1/processes": { body: { data: [aProcess({})], has_more: false, next_cursor: null } },
    "GET /v1/usage/processes": { body: { data: [] } },
  });
  render(
    <LocationProvider>
      <Dashboard />
    </LocationProvider>,
  );
  expect(screen.queryByText("Welcome to DocFlow")).toBeNull();
  expect(await screen.findByText("Performance")).toBeTruthy();
});
