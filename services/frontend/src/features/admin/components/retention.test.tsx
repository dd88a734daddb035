import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { LocationProvider } from "preact-iso";
import { expect, test } from "vitest";
import { faults } from "../../../lib/testing/axe";
import { serve } from "../../../lib/testing/server";
import { RetentionPage } from "./retention";

test("days are saved only after a confirm that names how many documents they let go", async () => {
  let kept: { keep_days: number | null; due: number } = { keep_days: null, due: 0 };
  const asked = serve({
    "GET /v1/retention": (request) => ({
      body: new URL(request.url).searchParams.get("if_days") === "365" ? { ...kept, due: 12 } : kept,
    }),
    "PUT /v1/retention": async (request) => {
      kept = { ...(await request.json()), due: 12 };
      return { body: kept };
    },
  });
  const { container } = render(
    <LocationProvider>
      <RetentionPage />
    </LocationProvider>,
  );
  await screen.findByText("Documents are kept forever.");
  expect(await faults(container)).toEqual([]);
  await userEvent.type(screen.getByLabelText("Days"), "365");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  const changes = () => asked.filter((each) => each.method === "PUT");
  await screen.findByText("12 documents are erased within the hour.");
  expect(changes()).toEqual([]);
  expect(await faults(container)).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Erase after 365 days" }));
  await screen.findByText("Documents are kept for 365 days.");
  expect(screen.getByText("12 documents are erased within the hour.")).toBeTruthy();
  expect(changes()).toHaveLength(1);
});
