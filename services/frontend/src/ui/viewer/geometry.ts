/** [x0, y0, x1, y1] in fractions of the page, origin at the top left. */
export type Fractions = readonly [number, number, number, number];
/** Quarter turns clockwise. */
export type Turn = 0 | 1 | 2 | 3;

export interface Point {
  x: number;
  y: number;
}

/** Where a box of the page stands once the page is turned. */
export function turned([x0, y0, x1, y1]: Fractions, turn: Turn): Fractions {
  switch (turn) {
    case 0:
      return [x0, y0, x1, y1];
    case 1:
      return [1 - y1, x0, 1 - y0, x1];
    case 2:
      return [1 - x1, 1 - y1, 1 - x0, 1 - y0];
    case 3:
      return [y0, 1 - x1, y1, 1 - x0];
  }
}

/** The other way: a box as seen on the turned page, as a box of the page itself. */
export function unturned(box: Fractions, turn: Turn): Fractions {
  return turned(box, ((4 - turn) % 4) as Turn);
}

/** The box between two corners, cut off at the page's edges. */
export function between(a: Point, b: Point): Fractions {
  return [
    clamp(Math.min(a.x, b.x)),
    clamp(Math.min(a.y, b.y)),
    clamp(Math.max(a.x, b.x)),
    clamp(Math.max(a.y, b.y)),
  ];
}

/** Too small to hold a letter: a click, not a box. */
export function isTiny([x0, y0, x1, y1]: Fractions): boolean {
  return x1 - x0 < 0.004 || y1 - y0 < 0.003;
}

const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4] as const;

/** The next zoom up or down; 1 fits the width. */
export function zoomed(from: number, direction: 1 | -1): number {
  const steps = direction > 0 ? ZOOMS : ZOOMS.toReversed();
  return steps.find((each) => (direction > 0 ? each > from + 0.001 : each < from - 0.001)) ?? from;
}

export function withinZoom(zoom: number): number {
  return Math.min(4, Math.max(0.5, zoom));
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
