import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { LocationProvider } from "preact-iso";
import { expect, test } from "vitest";
import { faults } from "../../../lib/testing/axe";
import { serve } from "../../../lib/testing/server";
import { SecurityPage } from "./security";

test("an admin sees who has none and says of whom one is required", async () => {
  let rule = { required_of: null as string | null, in_force: "off", admins_without: 1, everyone_without: 3 };
  const asked = serve({
    "GET /v1/second-factor-rule": () => ({ body: rule }),
    "PUT /v1/second-factor-rule": async (request) => {
      const { required_of } = await request.json();
      rule = { ...rule, required_of, in_force: required_of };
      return { body: rule };
    },
  });
  const { container } = render(
    <LocationProvider>
      <SecurityPage />
    </LocationProvider>,
  );
  await screen.findByText("Nobody has to have a second factor.");
  expect(screen.getByText("3 active people have none. 1 of them is an admin.")).toBeTruthy();
  expect(await faults(container)).toEqual([]);
  await userEvent.selectOptions(screen.getByLabelText("Required of"), "admins");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Admins must have a second factor.");
  expect(await asked.find((each) => each.method === "PUT")?.json()).toEqual({ required_of: "admins" });
});
