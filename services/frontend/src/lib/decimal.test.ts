import { expect, test } from "vitest";
import { isDecimal, isNear, product, sum } from "./decimal";

test("cents do not get lost", () => {
  expect(sum(["0.1", "0.2"])).toBe("0.3");
  expect(sum(["198.00", "275", "-0.005"])).toBe("472.995");
  expect(sum([])).toBe("0");
  expect(sum(["1", "x"])).toBeNull();
  expect(product("20.0000", "9.90")).toBe("198.000000");
});

test("two amounts agree within a cent", () => {
  expect(isNear("198.000000", "198.00")).toBe(true);
  expect(isNear("198.02", "198")).toBe(false);
  expect(isNear("", "198")).toBeNull();
});

test("what is no number is told", () => {
  expect(["1", "-1.50", ".5", "1,5", "", "1e3"].map(isDecimal)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
