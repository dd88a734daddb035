import { render, screen } from "@testing-library/preact";
import { LocationProvider, Route, Router } from "preact-iso";
import { expect, test } from "vitest";
import { queries } from "../../../lib/query/client";
import { aListedProcess, aProcess } from "../../../lib/testing/processes";
import { serve } from "../../../lib/testing/server";
import { ProcessPage } from "./process-page";

test("a process that somebody erased is not shown any longer", async () => {
  const process = aProcess({ status: "failed" });
  const base = `/v1/processes/${process.process_id}`;
  let isErased = false;
  serve({
    [`GET ${base}`]: () =>
      isErased ? { status: 404, body: { code: "not_found", detail: "no" } } : { body: process },
    "GET /v1/processes": { body: { data: [aListedProcess()], has_more: false, next_cursor: null } },
    "GET /v1/process-types": { body: { data: [], has_more: false, next_cursor: null } },
  });
  history.replaceState(null, "", `/processes/${process.process_id}`);
  render(
    <LocationProvider>
      <Router>
        <Route path="/processes/:id" component={ProcessPage} />
        <Route default component={() => null} />
      </Router>
    </LocationProvider>,
  );
  expect((await screen.findAllByText("invoice.pdf")).length).toBeGreaterThan(0);
  isErased = true;
  await queries.invalidateQueries({ queryKey: ["process"] });
  expect(await screen.findByRole("alert")).toBeTruthy();
  expect(screen.queryByText("invoice.pdf")).toBeNull();
});
