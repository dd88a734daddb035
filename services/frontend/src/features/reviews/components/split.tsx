import { Scissors } from "lucide";
import { useState } from "preact/hooks";
import { pageKey, pageSrc } from "../../../lib/document-pages";
import { percent } from "../../../lib/format";
import { t, tn } from "../../../lib/i18n";
import { useAct } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { Trouble } from "../../../ui/states";
import { Picture } from "../../../ui/viewer/picture";
import { split } from "../api";
import type { Case, Document } from "../case";

/** A file that seems to hold several documents: its pages in a row, with scissors between them. */
export function Split({ of, done }: { of: Case; done: () => void }) {
  const proposed = of.cuts.filter((each) => each.cuts.length > 0);
  const [cuts, setCuts] = useState<Record<string, number[]>>(() =>
    Object.fromEntries(proposed.map((each) => [each.documentId, each.cuts.map((cut) => cut.page)])),
  );
  const act = useAct((chosen: Record<string, number[]>) => split(of, chosen), { done });
  if (proposed.length === 0) return null;
  const parts = Object.values(cuts).reduce((total, each) => total + each.length + 1, 0);
  const isCut = Object.values(cuts).some((each) => each.length > 0);
  const toggle = (documentId: string, page: number) => {
    const before = cuts[documentId] ?? [];
    const after = before.includes(page) ? before.filter((each) => each !== page) : [...before, page];
    setCuts({ ...cuts, [documentId]: after.toSorted((a, b) => a - b) });
  };
  return (
    <section aria-labelledby="split-title" class="rounded-lg border border-doubt/30 bg-surface shadow-card">
      <div class="rounded-t-lg bg-doubt-wash px-3 py-2">
        <h2 id="split-title" class="font-medium text-sm">
          {t("reviews.split_title")}
        </h2>
        <p class="text-ink-soft text-xs leading-5">{t("reviews.split_lead")}</p>
      </div>
      {proposed.map((each) => {
        const document = of.documents.find((one) => one.document_id === each.documentId);
        return document ? (
          <Strip
            key={each.documentId}
            document={document}
            chosen={cuts[each.documentId] ?? []}
            scoreOf={(page) => each.cuts.find((cut) => cut.page === page)?.score ?? null}
            toggle={(page) => toggle(each.documentId, page)}
          />
        ) : null;
      })}
      {act.problem && <Trouble problem={act.problem} />}
      <div class="flex items-center justify-between gap-2 border-line border-t px-3 py-2">
        <p role="status" class="text-ink-soft text-xs">
          {isCut ? tn("reviews.parts", parts) : t("reviews.one_document")}
        </p>
        <Button
          small
          look="primary"
          icon={Scissors}
          isBusy={act.isRunning}
          onClick={() => void act.run(cuts)}
        >
          {t(isCut ? "reviews.split" : "reviews.keep_whole")}
        </Button>
      </div>
    </section>
  );
}

function Strip({
  document,
  chosen,
  scoreOf,
  toggle,
}: {
  document: Document;
  chosen: readonly number[];
  scoreOf: (page: number) => number | null;
  toggle: (page: number) => void;
}) {
  const pages = Array.from({ length: document.page_count ?? 1 }, (_, place) => place + 1);
  return (
    <ol class="flex items-end overflow-x-auto px-3 py-3" aria-label={document.file_name}>
      {pages.map((page) => {
        const isCut = chosen.includes(page);
        const score = scoreOf(page);
        return (
          <li key={page} class="flex items-end">
            {page > 1 && (
              <button
                type="button"
                aria-pressed={isCut}
                aria-label={t("reviews.cut_before", { page })}
                title={score === null ? undefined : t("reviews.cut_score", { score: percent(score) })}
                onClick={() => toggle(page)}
                class="group mx-0.5 flex h-24 w-7 flex-col items-center justify-center rounded text-ink-faint hover:bg-sunken aria-pressed:text-accent"
              >
                <span class="h-7 border-transparent border-l-2 border-dashed group-aria-pressed:border-accent" />
                <Icon of={Scissors} size={14} class="my-1" />
                <span class="h-7 border-transparent border-l-2 border-dashed group-aria-pressed:border-accent" />
              </button>
            )}
            <span class="flex flex-col items-center gap-1">
              <span class="relative block h-24 w-17 overflow-hidden rounded border border-line bg-paper">
                <Picture
                  page={{
                    key: pageKey(document.document_id, page),
                    src: pageSrc(document.document_id, page),
                    label: t("viewer.page", { page }),
                  }}
                />
              </span>
              <span class="numbers text-2xs text-ink-faint">{page}</span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}
