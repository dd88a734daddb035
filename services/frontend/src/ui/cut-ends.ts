import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Marks on a bar that scrolls sideways at which ends something is out of sight; `cut-ends` fades them. */
export function useCutEnds(bar: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = bar.current;
    if (!element) return;
    const mark = () => {
      const beyond = element.scrollWidth - element.clientWidth - element.scrollLeft;
      element.toggleAttribute("data-cut-start", element.scrollLeft > 1);
      element.toggleAttribute("data-cut-end", beyond > 1);
    };
    mark();
    element.addEventListener("scroll", mark, { passive: true });
    addEventListener("resize", mark);
    return () => {
      element.removeEventListener("scroll", mark);
      removeEventListener("resize", mark);
    };
  });
}
