import { renderHook } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import { useDrawing } from "./drawing";

/** A mouse on a page of 100 by 100. */
const at = (clientX: number, clientY: number) =>
  ({
    button: 0,
    pointerType: "mouse",
    pointerId: 1,
    clientX,
    clientY,
    preventDefault: () => {},
    currentTarget: {
      getBoundingClientRect: () => ({ left: 0, top: 0, width: 100, height: 100 }),
      setPointerCapture: () => {},
    },
  }) as unknown as PointerEvent;

test("two corners are a box; a first one alone is forgotten once drawing is left", () => {
  const drawn = vi.fn();
  const { result, rerender } = renderHook(({ chosen }: { chosen: boolean }) => useDrawing(0, chosen, drawn), {
    initialProps: { chosen: true },
  });
  const click = (x: number, y: number) => {
    act(() => result.current.onPointerDown(at(x, y)));
    act(() => result.current.onPointerUp(at(x, y)));
  };
  click(10, 10);
  click(50, 50);
  expect(drawn.mock.calls).toEqual([[[0.1, 0.1, 0.5, 0.5]]]);
  click(10, 10);
  rerender({ chosen: false });
  act(() => result.current.onPointerMove(at(50, 50)));
  expect(result.current.shown).toBeNull();
  click(50, 50);
  expect(drawn).toHaveBeenCalledTimes(1);
});
