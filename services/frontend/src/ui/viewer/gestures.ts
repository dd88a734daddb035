import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { withinZoom } from "./geometry";

/** ctrl+wheel and two fingers zoom about the point they are at; one finger swiped sideways on a page that fits turns the page. */
export function useGestures(
  scroller: RefObject<HTMLElement | null>,
  zoom: number,
  setZoom: (zoom: number) => void,
  swipe: (by: 1 | -1) => void,
  isDrawing: boolean,
): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let pinch: { apart: number; zoom: number } | null = null;
    let touched: { x: number; y: number } | null = null;

    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      setZoom(withinZoom(zoom * Math.exp(-event.deltaY / 300)));
    };
    const onTouchStart = (event: TouchEvent) => {
      const [one, other] = event.touches;
      touched = one && !other ? { x: one.clientX, y: one.clientY } : null;
      pinch = one && other ? { apart: apart(one, other), zoom } : null;
    };
    const onTouchMove = (event: TouchEvent) => {
      const [one, other] = event.touches;
      if (!pinch || !one || !other) return;
      event.preventDefault();
      setZoom(withinZoom((pinch.zoom * apart(one, other)) / pinch.apart));
    };
    const onTouchEnd = (event: TouchEvent) => {
      const [left] = event.changedTouches;
      if (touched && left && !isDrawing && zoom <= 1.001) {
        const [right, down] = [left.clientX - touched.x, left.clientY - touched.y];
        if (Math.abs(right) > 60 && Math.abs(down) < 40) swipe(right < 0 ? 1 : -1);
      }
      touched = null;
      if (event.touches.length < 2) pinch = null;
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    element.addEventListener("touchstart", onTouchStart, { passive: true });
    element.addEventListener("touchmove", onTouchMove, { passive: false });
    element.addEventListener("touchend", onTouchEnd, { passive: true });
    return () => {
      element.removeEventListener("wheel", onWheel);
      element.removeEventListener("touchstart", onTouchStart);
      element.removeEventListener("touchmove", onTouchMove);
      element.removeEventListener("touchend", onTouchEnd);
    };
  });
}

function apart(one: Touch, other: Touch): number {
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
}
