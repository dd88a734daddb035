import { useEffect, useRef, useState } from "preact/hooks";
import { between, type Fractions, isTiny, type Point, type Turn, unturned } from "./geometry";

interface Drawing {
  /** The box under way, as seen. */
  shown: Fractions | null;
  onPointerDown: (event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerUp: (event: PointerEvent) => void;
  onPointerCancel: () => void;
}

/**
 * A box drawn on a page: dragged from corner to corner, or, where drawing was chosen, by a click on each of two corners.
 * Without `chosen` only a mouse draws, so that a finger can scroll.
 */
export function useDrawing(turn: Turn, chosen: boolean, onDrawn?: (box: Fractions) => void): Drawing {
  const from = useRef<Point | null>(null);
  const pressed = useRef<Point | null>(null);
  const [shown, show] = useState<Fractions | null>(null);

  const forget = () => {
    from.current = null;
    pressed.current = null;
    show(null);
  };
  // A first corner that waits is of no use once drawing was left; the next click would draw from it.
  useEffect(() => {
    if (!chosen) forget();
  }, [chosen]);
  const finish = (box: Fractions) => {
    forget();
    onDrawn?.(unturned(box, turn));
  };
  return {
    shown,
    onPointerDown: (event) => {
      if (!onDrawn || event.button !== 0 || (event.pointerType !== "mouse" && !chosen)) return;
      pressed.current = pointIn(event);
      if (chosen) {
        event.preventDefault();
        (event.currentTarget as Element).setPointerCapture?.(event.pointerId);
      }
    },
    onPointerMove: (event) => {
      const start = pressed.current ?? from.current;
      if (!start) return;
      const box = between(start, pointIn(event));
      if (shown || !isTiny(box)) {
        // Only a real drag takes the pointer: a click still reaches the box below it.
        if (pressed.current) (event.currentTarget as Element).setPointerCapture?.(event.pointerId);
        show(box);
      }
    },
    onPointerUp: (event) => {
      const start = pressed.current ?? from.current;
      pressed.current = null;
      if (!start) return;
      const box = between(from.current ?? start, pointIn(event));
      if (!isTiny(box)) finish(box);
      else if (chosen && !from.current) from.current = start;
      else show(null);
    },
    onPointerCancel: forget,
  };
}

function pointIn(event: PointerEvent): Point {
  const place = (event.currentTarget as Element).getBoundingClientRect();
  return { x: (event.clientX - place.left) / place.width, y: (event.clientY - place.top) / place.height };
}
