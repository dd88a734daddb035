import { ArrowLeft, ChevronDown, ChevronUp } from "lucide";
import { ago } from "../../../lib/format";
import { t } from "../../../lib/i18n";
import { Confidence } from "../../../ui/badge";
import { IconButton } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { TypeName } from "../../../ui/type-name";
import type { Case } from "../case";

export function CaseHeader({
  of,
  position,
  total,
  previous,
  next,
}: {
  of: Case;
  /** From 1; 0 = not in the queue. */
  position: number;
  total: string;
  previous: (() => void) | null;
  next: (() => void) | null;
}) {
  return (
    <header class="flex h-12 shrink-0 items-center gap-2 border-line border-b bg-surface px-2 md:px-3">
      <a
        href="/reviews"
        aria-label={t("reviews.back")}
        title={t("reviews.back")}
        class="inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-soft hover:bg-sunken hover:text-ink"
      >
        <Icon of={ArrowLeft} />
      </a>
      <div class="min-w-0 flex-1">
        <h1 class="truncate font-semibold text-sm leading-tight">{of.title}</h1>
        <p class="truncate text-2xs text-ink-faint">
          {of.typeId && (
            <>
              <TypeName id={of.typeId} /> ·{" "}
            </>
          )}
          {ago(of.createdAt)}
          {of.externalId && ` · ${of.externalId}`}
        </p>
      </div>
      {of.confidence !== null && of.confidence > 0 && (
        <span
          class="mr-1 hidden items-center gap-2 text-ink-faint text-xs sm:flex"
          title={t("reviews.confidence")}
        >
          <span class="sr-only">{t("reviews.confidence")}</span>
          <Confidence of={of.confidence} />
        </span>
      )}
      {position > 0 && (
        <span class="numbers whitespace-nowrap text-ink-faint text-xs sm:border-line sm:border-l sm:pl-3">
          {t("reviews.position", { at: position, of: total })}
        </span>
      )}
      <span class="flex">
        <IconButton
          icon={ChevronUp}
          label={t("reviews.previous_one")}
          disabled={!previous}
          onClick={() => previous?.()}
        />
        <IconButton
          icon={ChevronDown}
          label={t("reviews.next_one")}
          disabled={!next}
          onClick={() => next?.()}
        />
      </span>
    </header>
  );
}
