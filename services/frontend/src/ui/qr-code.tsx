import { useMemo } from "preact/hooks";
import { qrCode } from "../lib/qr";

const QUIET = 4;
/** Whole pixels a module: what stands between two is blurred, and readers stumble. */
const MODULE_PX = 4;

/** A text as a QR code, dark on white in both themes: readers expect it so. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const path = useMemo(() => pathOf(qrCode(text)), [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      width={path.edge * MODULE_PX}
      height={path.edge * MODULE_PX}
      viewBox={`0 0 ${path.edge} ${path.edge}`}
      shape-rendering="crispEdges"
      class="shrink-0 rounded-lg"
    >
      <rect width={path.edge} height={path.edge} fill="#fff" />
      <path d={path.d} fill="#000" />
    </svg>
  );
}

function pathOf(grid: boolean[][]): { d: string; edge: number } {
  const d = grid.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])),
  );
  return { d: d.join(""), edge: grid.length + 2 * QUIET };
}
