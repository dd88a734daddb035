import { expect, test } from "vitest";
import { ALL, addressOf, filterOf, holds, isAll, toggled } from "./filter";

test("a filter goes into the address and comes back the same", () => {
  const filter = {
    ...toggled(toggled(ALL, "failed"), "running"),
    type: "simple_invoice",
    from: "2026-11-01",
    mine: true,
    q: "R & B",
    field: { name: "invoice_number", value: "A=1" },
  };
  const query = Object.fromEntries(new URL(addressOf(filter), "http://x").searchParams);
  const back = filterOf(query);
  expect({ ...back, status: new Set(back.status) }).toEqual({ ...filter, status: new Set(filter.status) });
});

test("a group that is pressed twice is gone again", () => {
  const once = toggled(ALL, "running");
  expect(holds(once, "running")).toBe(true);
  expect(isAll(toggled(once, "running"))).toBe(true);
});

test("what an address says wrongly is left out", () => {
  expect(isAll(filterOf({ status: "no-such", from: "soon", field: "alone", mine: "no" }))).toBe(true);
});
