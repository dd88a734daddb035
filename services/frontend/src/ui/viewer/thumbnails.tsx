import { t } from "../../lib/i18n";
import type { ViewerPage } from "./pages";
import { Picture, ratioOf } from "./picture";

/** Small pages at the side; the one in view is marked. */
export function Thumbnails({
  pages,
  current,
  go,
}: {
  pages: readonly ViewerPage[];
  current: string | null;
  go: (key: string) => void;
}) {
  return (
    <nav
      aria-label={t("viewer.pages")}
      class="hidden w-21 shrink-0 flex-col gap-3 overflow-y-auto border-line border-r bg-surface px-3 py-3 lg:flex"
    >
      {pages.map((page, place) => (
        <button
          key={page.key}
          type="button"
          onClick={() => go(page.key)}
          aria-label={page.label}
          aria-current={page.key === current ? "true" : undefined}
          class="group flex flex-col items-center gap-1"
        >
          <span
            class="relative w-full overflow-hidden rounded border border-line bg-paper group-aria-[current=true]:border-accent group-aria-[current=true]:ring-2 group-aria-[current=true]:ring-accent/30"
            style={{ aspectRatio: `1 / ${ratioOf(page)}` }}
          >
            {/* The button says which page it is. */}
            <Picture page={{ ...page, label: "" }} />
          </span>
          <span class="numbers text-2xs text-ink-faint group-aria-[current=true]:text-accent">
            {place + 1}
          </span>
        </button>
      ))}
    </nav>
  );
}
