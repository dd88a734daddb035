import { expect, test } from "vitest";
import { csv } from "./csv";
import { parseJson } from "./json";
import { compareLines } from "./lines";

test("a text that is no JSON tells the line where it ends being one", () => {
  expect(parseJson('{"a": [1]}')).toEqual({ value: { a: [1] } });
  expect(parseJson('{\n  "a": 1,\n  b\n}').fault?.line).toBe(3);
});

test("what went and what came is told line by line", () => {
  expect(compareLines("a\nb\nc", "a\nx\nc").map((each) => `${each.kind} ${each.text}`)).toEqual([
    "same a",
    "gone b",
    "new x",
    "same c",
  ]);
});

test("a table keeps commas and quotes, and no cell is a formula", () => {
  expect(csv([["a,b", 'say "x"', -1, null, "=1+1"]])).toBe('"a,b","say ""x""",-1,,\'=1+1');
});
