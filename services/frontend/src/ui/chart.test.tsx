import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { faults } from "../lib/testing/axe";
import { Chart } from "./chart";

test("a chart is a table for who asks for one", async () => {
  const { container } = render(
    <Chart
      title="Documents"
      figure="5"
      columns={[
        { label: "1", title: "1 Nov" },
        { label: "2", title: "2 Nov" },
      ]}
      series={[{ name: "Completed", shade: "good", values: [5, null] }]}
      write={String}
    />,
  );
  expect(screen.getByRole("img", { name: "Documents: 1 Nov to 2 Nov" })).toBeTruthy();
  expect(await faults(container)).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Show as a table" }));
  expect(screen.getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["5", "–"]);
  expect(await faults(container)).toEqual([]);
});
