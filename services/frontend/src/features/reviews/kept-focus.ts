import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** A field that moves to another group is made anew; where it had the focus, what stands for it now gets that back. */
export function useKeptFocus(panel: RefObject<HTMLElement | null>): void {
  // Read before the children change, which is while this renders.
  const held = document.activeElement;
  const name = panel.current?.contains(held) ? held?.getAttribute("data-input") : null;
  useLayoutEffect(() => {
    if (!name || held?.isConnected) return;
    const input = panel.current?.querySelector<HTMLInputElement>(`[data-input="${CSS.escape(name)}"]`);
    if (!input) return;
    const { selectionStart, selectionEnd } = held as HTMLInputElement;
    input.focus();
    input.setSelectionRange(selectionStart, selectionEnd);
  });
}
