import { expect, test } from "vitest";
import { inWords } from "./names";

test("a code of the invoice's type says what it means, another value stays as it is", () => {
  expect(inWords("type_code", "380")).toBe("380 – Commercial invoice");
  expect(inWords("type_code", "9")).toBe("9");
  expect(inWords("invoice_number", "380")).toBe("380");
});
