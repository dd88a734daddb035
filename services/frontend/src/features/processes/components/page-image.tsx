import { FileX } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { Icon } from "../../../ui/icon";
import { Spinner } from "../../../ui/spinner";
import type { ReadField } from "../api";

/** One page as a picture; `box` is marked on it, in fractions of the page. */
export function PageImage({
  documentId,
  page,
  box,
}: {
  documentId: string;
  page: number;
  box: ReadField["box"];
}) {
  const [state, setState] = useState<"loading" | "there" | "missing">("loading");
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (box && state === "there") mark.current?.scrollIntoView?.({ block: "nearest" });
  }, [box, state]);
  return (
    <div class="flex min-h-80 justify-center bg-sunken p-3">
      {state === "missing" && (
        <p class="flex flex-col items-center justify-center gap-2 text-ink-faint text-sm">
          <Icon of={FileX} size={24} />
          {t("processes.no_picture")}
        </p>
      )}
      {state === "loading" && (
        <span class="absolute mt-32 text-ink-faint">
          <Spinner label={t("common.loading")} size={20} />
        </span>
      )}
      {state !== "missing" && (
        <div class="relative self-start">
          <img
            src={`/v1/documents/${documentId}/pages/${page}`}
            alt={t("processes.page", { page })}
            class="max-h-[70dvh] max-w-full rounded bg-paper shadow-card"
            onLoad={() => setState("there")}
            onError={() => setState("missing")}
          />
          {box && state === "there" && (
            <span
              ref={mark}
              aria-hidden="true"
              class="absolute rounded-sm border-2 border-accent-strong bg-accent/20 mix-blend-multiply"
              style={{
                left: `calc(${box[0] * 100}% - 3px)`,
                top: `calc(${box[1] * 100}% - 3px)`,
                width: `calc(${(box[2] - box[0]) * 100}% + 6px)`,
                height: `calc(${(box[3] - box[1]) * 100}% + 6px)`,
              }}
            />
          )}
        </div>
      )}
    </div>
  );
}
