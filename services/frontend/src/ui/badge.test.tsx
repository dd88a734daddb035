import { render, screen } from "@testing-library/preact";
import { expect, test } from "vitest";
import { Status } from "./badge";

test("what a reviewer rejected is not called cancelled, what goes on again is neither", () => {
  const shown = render(<Status status="cancelled" error={{ code: "rejected" }} />);
  expect(screen.getByText("Rejected")).toBeTruthy();
  shown.rerender(<Status status="cancelled" error={null} />);
  expect(screen.getByText("Cancelled")).toBeTruthy();
  shown.rerender(<Status status="extracting" error={{ code: "rejected" }} />);
  expect(screen.getByText("Reading")).toBeTruthy();
});
