import { fireEvent, render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { expect, test, vi } from "vitest";
import { faults } from "../../../lib/testing/axe";
import type { Bench } from "../bench";
import { type Draft, NOTHING } from "../draft";
import { madeCase } from "../made";
import { LineItems } from "./line-items";

function Grid() {
  const of = madeCase();
  const [draft, change] = useState<Draft>(NOTHING);
  const [table] = of.tables;
  if (!table) return null;
  return <LineItems of={of} table={table} bench={{ draft, change } as unknown as Bench} leave={vi.fn()} />;
}

const cell = (name: string) => screen.getByLabelText(name) as HTMLInputElement;

test("arrows and Enter go from cell to cell", async () => {
  const { container } = render(<Grid />);
  await userEvent.click(cell("Description, row 1"));
  await userEvent.keyboard("{ArrowRight}");
  await expect.poll(() => document.activeElement).toBe(cell("Quantity, row 1"));
  await userEvent.keyboard("{Enter}");
  await expect.poll(() => document.activeElement).toBe(cell("Quantity, row 2"));
  expect(await faults(container)).toEqual([]);
});

test("a spreadsheet is pasted over cells, and the sum is checked at once", async () => {
  render(<Grid />);
  expect(screen.getByText("The rows add up to 119.00, as Total says.")).toBeTruthy();
  const clipboardData = { getData: () => "30,00\n1.000,00\n5\n" };
  fireEvent.paste(cell("Amount, row 1"), { clipboardData });
  expect(cell("Amount, row 2").value).toBe("1,000.00");
  expect(cell("Amount, row 3").value).toBe("5");
  expect(screen.getByText("The rows add up to 1,035.00, but Total says 119.00.")).toBeTruthy();
});

test("rows are added and removed, and one that does not add up says so", async () => {
  render(<Grid />);
  expect(screen.getAllByLabelText("Quantity times price is not this amount")).toHaveLength(1);
  await userEvent.click(screen.getByRole("button", { name: "Add a row" }));
  expect(cell("Description, row 3").value).toBe("");
  await userEvent.click(screen.getByRole("button", { name: "Remove row 1" }));
  expect(cell("Description, row 1").value).toBe("Tar");
});
