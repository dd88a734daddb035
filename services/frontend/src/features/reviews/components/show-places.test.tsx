import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Place } from "../case";
import { ShowPlaces } from "./show-places";

test("one button goes through all places", async () => {
  const places = [1, 1, 2].map((page, at): Place => ({ page, box: [at, 0, 1, 1] }) as unknown as Place);
  const shown: Place[] = [];
  render(<ShowPlaces places={places} show={(place) => shown.push(place)} />);
  for (const name of ["Show on page 1 (1 of 3)", "Show on page 1 (2 of 3)", "Show on page 2 (3 of 3)"])
    await userEvent.click(screen.getByRole("button", { name }));
  expect(shown).toEqual(places);
  expect(screen.getByRole("button", { name: "Show on page 1 (1 of 3)" })).toBeTruthy();
});
