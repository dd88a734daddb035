import { expect, test } from "vitest";
import { between, type Fractions, isTiny, type Turn, turned, unturned, zoomed } from "./geometry";

test("a box turns with its page, and back", () => {
  const box: Fractions = [0.1, 0.2, 0.3, 0.25];
  expect(turned(box, 1)).toEqual([0.75, 0.1, 0.8, 0.3]);
  for (const turn of [0, 1, 2, 3] as Turn[])
    for (const [at, value] of unturned(turned(box, turn), turn).entries())
      expect(value).toBeCloseTo(box[at] ?? Number.NaN);
});

test("a box is drawn from any corner and ends at the page", () => {
  expect(between({ x: 0.5, y: 1.4 }, { x: 0.2, y: 0.9 })).toEqual([0.2, 0.9, 0.5, 1]);
  expect(isTiny([0.2, 0.2, 0.201, 0.5])).toBe(true);
  expect(isTiny([0.2, 0.2, 0.3, 0.21])).toBe(false);
});

test("zoom steps up and down and stops at its ends", () => {
  expect(zoomed(1, 1)).toBe(1.25);
  expect(zoomed(1.1, -1)).toBe(1);
  expect(zoomed(4, 1)).toBe(4);
});
