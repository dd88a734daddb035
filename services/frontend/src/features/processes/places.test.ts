import { expect, test } from "vitest";
import type { ReadField } from "./api";
import { inReadingOrder } from "./places";

function read(page: number | null, top = 0): ReadField {
  const box: ReadField["box"] = page === null ? null : [0.1, top, 0.2, top + 0.05];
  return { value: "x", confidence: 0.9, page, box, source: "text_layer", checks: [] };
}

test("values come as the eye goes over the pages, then those without a place as the schema lists them", () => {
  const fields = {
    total: read(2, 0.1),
    note: read(null),
    seller: read(1, 0.1),
    date: read(1, 0.5),
    iban: read(null),
  };
  expect(inReadingOrder(fields).map(([name]) => name)).toEqual(["seller", "date", "total", "note", "iban"]);
});
