import { expect, test } from "vitest";
import { kindByName } from "../../lib/kinds";
import { canonical, wrongWith } from "./values";

test.each([
  ["1.234,56 €", "1234.56"],
  ["1,234.56", "1234.56"],
  ["119,00", "119.00"],
  ["1.234.567", "1234567"],
  ["-5,5", "-5.5"],
  ["0", "0"],
  ["abc", "abc"],
])("an amount typed as %s is kept as %s", (typed, kept) => expect(canonical("money", typed)).toBe(kept));

test.each([
  ["5.3.2018", "2018-03-05"],
  ["05/03/18", "2018-03-05"],
  ["2018-3-5", "2018-03-05"],
  ["31.2.2018", "31.2.2018"],
])("a date typed as %s is kept as %s", (typed, kept) => expect(canonical("date", typed)).toBe(kept));

test("what cannot be is told before it is sent", () => {
  expect(wrongWith("date", "31.2.2018")).toBe("reviews.wrong.date");
  expect(wrongWith("iban", "DE89370400440532013000")).toBeUndefined();
  expect(wrongWith("iban", "DE89370400440532013001")).toBe("reviews.wrong.iban");
  expect(wrongWith("money", "")).toBeUndefined();
});

test("a field's name tells its kind where the server does not", () => {
  expect(
    ["grand_total", "issue_date", "seller.iban", "invoice_number", "seller_name"].map(kindByName),
  ).toEqual(["money", "date", "iban", "id", "text"]);
});
