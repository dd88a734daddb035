import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { useKeys } from "../../lib/keys";
import { type Turn, zoomed } from "./geometry";
import { useGestures } from "./gestures";
import type { Drawn, View, ViewerBox, ViewerPage } from "./pages";
import { Sheet } from "./sheet";
import { Thumbnails } from "./thumbnails";
import { Toolbar } from "./toolbar";

export interface ViewerProps {
  pages: readonly ViewerPage[];
  boxes?: readonly ViewerBox[];
  /** The box that is looked at: marked, and brought into view whenever it changes. */
  active?: string | null;
  /** A page to bring into view, for what has no box; a new object is a new wish. */
  wanted?: { page: string } | null;
  onBox?: (id: string) => void;
  /** A drawn box is told; without it nothing can be drawn. */
  onDrawn?: (drawn: Drawn) => void;
}

/** Pages below each other, with zoom, turning, thumbnails and places on them. Knows nothing of what they mean. */
export function Viewer({ pages, boxes = [], active = null, wanted = null, onBox, onDrawn }: ViewerProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ zoom: 1, turn: 0 });
  const [current, setCurrent] = useState(0);
  const [isDrawing, setDrawing] = useState(false);
  const places = useMemo(() => byPage(boxes), [boxes]);
  const zoom = (to: number) => setView((before) => ({ ...before, zoom: to }));
  const turn = (by: 1 | -1) =>
    setView((before) => ({ ...before, turn: ((before.turn + by + 4) % 4) as Turn }));
  const go = useCallback((key: string | undefined) => {
    const sheet = key && scroller.current?.querySelector(`[data-page="${CSS.escape(key)}"]`);
    if (sheet) sheet.scrollIntoView({ block: "start", behavior: motion() });
  }, []);
  const toPage = (by: 1 | -1) => go(pages[current + by]?.key);

  useKeys(t("viewer.title"), [
    { keys: "[", label: t("viewer.previous"), run: () => toPage(-1) },
    { keys: "]", label: t("viewer.next"), run: () => toPage(1) },
    { keys: "+", label: t("viewer.in"), run: () => zoom(zoomed(view.zoom, 1)) },
    { keys: "-", label: t("viewer.out"), run: () => zoom(zoomed(view.zoom, -1)) },
    { keys: "0", label: t("viewer.fit"), run: () => zoom(1) },
    { keys: "t", label: t("viewer.right"), run: () => turn(1) },
    ...(onDrawn ? [{ keys: "d", label: t("viewer.draw"), run: () => setDrawing(!isDrawing) }] : []),
  ]);
  useGestures(scroller, view.zoom, zoom, toPage, isDrawing);
  useKeptMiddle(scroller, view.zoom);

  useEffect(() => {
    if (active) bringIntoView(scroller.current, `[data-box="${CSS.escape(active)}"]`);
  }, [active]);
  useEffect(() => {
    if (wanted) go(wanted.page);
  }, [wanted, go]);

  return (
    <div class="flex h-full min-h-0 min-w-0 bg-sunken">
      {pages.length > 1 && <Thumbnails pages={pages} current={pages[current]?.key ?? null} go={go} />}
      <div class="flex min-w-0 flex-1 flex-col">
        <Toolbar
          page={current + 1}
          pages={pages.length}
          zoom={view.zoom}
          isDrawing={isDrawing}
          toPage={toPage}
          zoomBy={(direction) => zoom(zoomed(view.zoom, direction))}
          fit={() => zoom(1)}
          turn={turn}
          draw={onDrawn ? () => setDrawing(!isDrawing) : undefined}
        />
        {isDrawing && (
          <p role="status" class="bg-accent-wash px-3 py-1.5 text-accent text-xs">
            {t("viewer.drawing")}
          </p>
        )}
        <section
          ref={scroller}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
          tabIndex={0}
          aria-label={t("viewer.title")}
          onScroll={() => setCurrent(pageInView(scroller.current, current))}
          class="min-h-0 flex-1 overflow-auto overscroll-contain p-3 focus-visible:-outline-offset-2 md:p-4"
        >
          <div class="flex flex-col gap-4">
            {pages.map((page, place) => (
              <Sheet
                key={page.key}
                page={page}
                view={view}
                boxes={places.get(page.key) ?? []}
                active={active}
                isNear={place === 0}
                isDrawing={isDrawing}
                onBox={onBox}
                onDrawn={
                  onDrawn &&
                  ((box) => {
                    setDrawing(false);
                    onDrawn({ page: page.key, box });
                  })
                }
              />
            ))}
          </div>
        </section>
      </div>
    </div>
  );
}

function byPage(boxes: readonly ViewerBox[]): Map<string, ViewerBox[]> {
  const found = new Map<string, ViewerBox[]>();
  for (const box of boxes) {
    const there = found.get(box.page);
    if (there) there.push(box);
    else found.set(box.page, [box]);
  }
  return found;
}

function motion(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

/** Scrolls the viewer alone, and only where the place is not well in view. */
function bringIntoView(scroller: HTMLElement | null, selector: string): void {
  const found = scroller?.querySelector(selector);
  if (!scroller || !found) return;
  const [room, place] = [scroller.getBoundingClientRect(), found.getBoundingClientRect()];
  const isIn = (low: number, high: number, from: number, to: number) => low >= from + 24 && high <= to - 24;
  const fits =
    isIn(place.top, place.bottom, room.top, room.bottom) &&
    isIn(place.left, place.right, room.left, room.right);
  if (fits) return;
  scroller.scrollBy({
    top: place.top - room.top - room.height * 0.4 + place.height / 2,
    left: place.left - room.left - room.width / 2 + place.width / 2,
    behavior: motion(),
  });
}

/** The page that takes the upper third of the view. */
function pageInView(scroller: HTMLElement | null, before: number): number {
  if (!scroller) return before;
  const line = scroller.getBoundingClientRect().top + scroller.clientHeight / 3;
  const sheets = [...scroller.querySelectorAll("[data-page]")];
  const found = sheets.findLastIndex((sheet) => sheet.getBoundingClientRect().top <= line);
  return Math.max(0, found);
}

/** Zooming keeps what is in the middle in the middle. */
function useKeptMiddle(scroller: { current: HTMLElement | null }, zoom: number): void {
  const before = useRef(zoom);
  useLayoutEffect(() => {
    const element = scroller.current;
    const by = zoom / before.current;
    before.current = zoom;
    if (!element || by === 1) return;
    const { clientWidth, clientHeight, scrollLeft, scrollTop } = element;
    element.scrollLeft = (scrollLeft + clientWidth / 2) * by - clientWidth / 2;
    element.scrollTop = (scrollTop + clientHeight / 2) * by - clientHeight / 2;
  }, [scroller, zoom]);
}
