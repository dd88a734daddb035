import { expect, test } from "vitest";
import { readHeaders } from "./headers";

test("a header is a name, a colon and a value; blank lines are nothing", () => {
  expect(readHeaders("X-Api-Key: a:b \n\nX-Empty:")).toEqual({
    headers: { "X-Api-Key": "a:b", "X-Empty": "" },
  });
  expect(readHeaders("")).toEqual({ headers: {} });
});

test("the first line that is no header is told, and so is a name that comes twice", () => {
  expect(readHeaders("X-One: 1\nno header").wrongLine).toBe(2);
  expect(readHeaders("X One: 1").wrongLine).toBe(1);
  expect(readHeaders("X-One: 1\nx-one: 2").wrongLine).toBe(2);
  expect(readHeaders("X-One: ü").wrongLine).toBe(1);
});
