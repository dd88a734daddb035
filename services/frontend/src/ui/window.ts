import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

const BEYOND = 12;
/** The window moves in steps, so that most scrolling draws nothing anew. */
const STEP = 6;

export interface Span {
  from: number;
  to: number;
}

/** Which of `count` rows of equal height are in sight of the page, and some beyond. */
export function useWindow(body: RefObject<HTMLElement | null>, count: number, rowPx: number): Span {
  const [span, set] = useState<Span>({ from: 0, to: 60 });
  useLayoutEffect(() => {
    const look = () => {
      const top = -(body.current?.getBoundingClientRect().top ?? 0);
      const from = Math.max(0, Math.floor((top / rowPx - BEYOND) / STEP) * STEP);
      const to = Math.ceil(((top + innerHeight) / rowPx + BEYOND) / STEP) * STEP;
      set((before) => (before.from === from && before.to === to ? before : { from, to }));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [body, rowPx]);
  return { from: Math.min(span.from, count), to: Math.min(Math.max(span.to, 0), count) };
}
