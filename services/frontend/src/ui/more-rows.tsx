import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/i18n";
import { Button } from "./button";

export interface Pages {
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => unknown;
}

/** The next page is read when the end comes near; the button is for those who do not scroll. */
export function MoreRows({ of }: { of: Pages }) {
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage = false, isFetchingNextPage = false, fetchNextPage } = of;
  useEffect(() => {
    if (!hasNextPage || isFetchingNextPage || !end.current || !("IntersectionObserver" in globalThis)) return;
    const watch = new IntersectionObserver(([seen]) => seen?.isIntersecting && void fetchNextPage?.(), {
      rootMargin: "800px",
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasNextPage, isFetchingNextPage]);
  if (!hasNextPage) return null;
  return (
    <div ref={end} class="flex justify-center p-3">
      <Button isBusy={isFetchingNextPage} onClick={() => void fetchNextPage?.()}>
        {t("common.more")}
      </Button>
    </div>
  );
}
