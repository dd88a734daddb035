import { expect, test } from "vitest";
import { queries } from "./client";

test("the same stays the same object, another order of members does not", () => {
  const first = { fields: { one: 1, two: { three: 3 } } };
  queries.setQueryData(["schema"], first);
  queries.setQueryData(["schema"], structuredClone(first));
  expect(queries.getQueryData(["schema"])).toBe(first);
  queries.setQueryData(["schema"], { fields: { two: { three: 3 }, one: 1 } });
  const turned = queries.getQueryData<typeof first>(["schema"]);
  expect(Object.keys(turned?.fields ?? {})).toEqual(["two", "one"]);
});
