import { useState } from "preact/hooks";
import { useDrawing } from "./drawing";
import type { Fractions } from "./geometry";
import { Overlay } from "./overlay";
import type { View, ViewerBox, ViewerPage } from "./pages";
import { Picture, ratioOf } from "./picture";

/** One page at its place in the viewer: the picture, the places on it, and the box that is being drawn. */
export function Sheet({
  page,
  view,
  boxes,
  active,
  isNear,
  isDrawing,
  onBox,
  onDrawn,
}: {
  page: ViewerPage;
  view: View;
  boxes: readonly ViewerBox[];
  active: string | null;
  isNear: boolean;
  isDrawing: boolean;
  onBox?: ((id: string) => void) | undefined;
  onDrawn?: ((box: Fractions) => void) | undefined;
}) {
  const [, measured] = useState(0);
  const { shown, ...pointer } = useDrawing(view.turn, isDrawing, onDrawn);
  const ratio = view.turn % 2 === 1 ? 1 / ratioOf(page) : ratioOf(page);
  return (
    <div
      data-page={page.key}
      class={`relative mx-auto overflow-hidden bg-paper shadow-[0_0_0_1px_oklch(0.2_0.02_265/0.1),0_2px_10px_-2px_oklch(0.2_0.02_265/0.18)] ${onDrawn ? "cursor-crosshair" : ""} ${isDrawing ? "touch-none" : ""}`}
      style={{ width: `${view.zoom * 100}%`, aspectRatio: `1 / ${ratio}` }}
      {...pointer}
    >
      <Picture page={page} turn={view.turn} isNear={isNear} onSize={() => measured((times) => times + 1)} />
      <Overlay boxes={boxes} view={view} active={active} onBox={onBox} />
      {shown && (
        <span
          aria-hidden="true"
          class="pointer-events-none absolute z-20 border-2 border-[oklch(0.5_0.2_270)] border-dashed bg-[oklch(0.6_0.2_270/0.12)]"
          style={{
            left: `${shown[0] * 100}%`,
            top: `${shown[1] * 100}%`,
            width: `${(shown[2] - shown[0]) * 100}%`,
            height: `${(shown[3] - shown[1]) * 100}%`,
          }}
        />
      )}
    </div>
  );
}
