import {
  ChevronLeft,
  ChevronRight,
  MoveHorizontal,
  RotateCcw,
  RotateCw,
  SquareDashedMousePointer,
  ZoomIn,
  ZoomOut,
} from "lucide";
import { percent } from "../../lib/format";
import { t } from "../../lib/i18n";
import { IconButton } from "../button";

export interface ToolbarProps {
  page: number;
  pages: number;
  zoom: number;
  isDrawing: boolean;
  toPage: (by: 1 | -1) => void;
  zoomBy: (direction: 1 | -1) => void;
  fit: () => void;
  turn: (by: 1 | -1) => void;
  draw?: (() => void) | undefined;
}

export function Toolbar(props: ToolbarProps) {
  return (
    <div
      role="toolbar"
      aria-label={t("viewer.tools")}
      class="flex h-10 shrink-0 items-center justify-between gap-1 border-line border-b bg-surface px-2"
    >
      <div class="flex items-center">
        <IconButton
          icon={ChevronLeft}
          label={t("viewer.previous")}
          disabled={props.page <= 1}
          onClick={() => props.toPage(-1)}
        />
        <span class="numbers min-w-12 text-center text-ink-soft text-xs">
          <span class="sr-only">{t("viewer.page", { page: props.page })}</span>
          <span aria-hidden="true">
            {props.page} / {props.pages}
          </span>
        </span>
        <IconButton
          icon={ChevronRight}
          label={t("viewer.next")}
          disabled={props.page >= props.pages}
          onClick={() => props.toPage(1)}
        />
      </div>
      <div class="flex items-center">
        {props.draw && (
          <IconButton
            icon={SquareDashedMousePointer}
            label={t("viewer.draw")}
            aria-pressed={props.isDrawing}
            onClick={props.draw}
          />
        )}
        <IconButton
          icon={RotateCcw}
          label={t("viewer.left")}
          class="max-sm:hidden"
          onClick={() => props.turn(-1)}
        />
        <IconButton icon={RotateCw} label={t("viewer.right")} onClick={() => props.turn(1)} />
        <span class="mx-1 h-5 border-line border-l" aria-hidden="true" />
        <IconButton icon={ZoomOut} label={t("viewer.out")} onClick={() => props.zoomBy(-1)} />
        <span class="numbers w-11 text-center text-ink-soft text-xs">{percent(props.zoom)}</span>
        <IconButton icon={ZoomIn} label={t("viewer.in")} onClick={() => props.zoomBy(1)} />
        <IconButton icon={MoveHorizontal} label={t("viewer.fit")} onClick={props.fit} />
      </div>
    </div>
  );
}
