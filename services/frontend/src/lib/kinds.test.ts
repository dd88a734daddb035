import { expect, test } from "vitest";
import { readValue, shownValue } from "./kinds";

test.each([
  ["money", "711739.00", "EUR", "€711,739.00"],
  ["money", "9.9000", null, "9.90"],
  ["money", "0.12345", "EUR", "€0.12345"],
  ["money", "1500", "JPY", "¥1,500"],
  ["money", "90071992547409931.25", null, "90,071,992,547,409,931.25"],
  ["money", "12,00 ?", "EUR", "12,00 ?"],
  ["money", "5.00", "euro", "5.00"],
  ["quantity", "20.0000", null, "20"],
  ["iban", "DE02120300000000202051", null, "DE02 1203 0000 0000 2020 51"],
  ["text", "0012", null, "0012"],
] as const)("a %s %s in %s is shown as %s", (kind, value, currency, shown) => {
  expect(shownValue(kind, value, currency)).toBe(shown);
});

test("a date is written out where it is only read, and is the same day everywhere", () => {
  expect(readValue("date", "2017-12-03")).toBe("Dec 3, 2017");
  expect(readValue("date", "soon")).toBe("soon");
});
