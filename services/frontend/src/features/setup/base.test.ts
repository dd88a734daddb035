import { renderHook } from "@testing-library/preact";
import { expect, test, vi } from "vitest";
import { useBase } from "./base";

test("a newer one is taken while nothing is changed; changes stay on what they were made on", () => {
  const taken = vi.fn();
  const { result, rerender } = renderHook(
    ({ latest, isChanged }: { latest: { revision: number }; isChanged: boolean }) =>
      useBase(latest, () => isChanged, taken),
    { initialProps: { latest: { revision: 1 }, isChanged: false } },
  );
  rerender({ latest: { revision: 2 }, isChanged: false });
  expect(result.current[0].revision).toBe(2);
  rerender({ latest: { revision: 3 }, isChanged: true });
  expect(result.current[0].revision).toBe(2);
  rerender({ latest: { revision: 1 }, isChanged: false });
  expect(result.current[0].revision).toBe(2);
  expect(taken).toHaveBeenCalledTimes(1);
});
