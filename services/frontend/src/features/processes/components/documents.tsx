import { Download, FileWarning } from "lucide";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { pageKey, pagesOf } from "../../../lib/document-pages";
import { bytes, percent } from "../../../lib/format";
import { t, tn, tword } from "../../../lib/i18n";
import { useTypeName } from "../../../lib/process-types";
import { said } from "../../../lib/said";
import { Icon } from "../../../ui/icon";
import { Card } from "../../../ui/page";
import type { ViewerBox } from "../../../ui/viewer/pages";
import { Viewer } from "../../../ui/viewer/viewer";
import type { Document } from "../api";
import type { Place } from "../places";

/** The documents of a process, page below page, with the places of what was read. */
export function Documents({
  documents,
  boxes,
  place,
  onBox,
}: {
  documents: readonly Document[];
  boxes: readonly ViewerBox[];
  place: Place | null;
  onBox: (name: string) => void;
}) {
  const section = useRef<HTMLDivElement>(null);
  const [wanted, want] = useState<{ page: string } | null>(null);
  const legible = documents.filter((each) => each.status !== "failed");
  const pages = useMemo(
    () =>
      pagesOf(legible, (name, page) =>
        documents.length > 1 ? t("viewer.page_of", { name, page }) : t("viewer.page", { page }),
      ),
    [documents],
  );
  useEffect(() => {
    if (!place) return;
    section.current?.scrollIntoView?.({ block: "nearest" });
    if (!place.box) want({ page: pageKey(place.documentId, place.page) });
  }, [place]);
  return (
    <Card>
      <ul class="divide-y divide-line">
        {documents.map((each) => (
          <About
            key={each.document_id}
            document={each}
            go={documents.length > 1 ? () => want({ page: pageKey(each.document_id, 1) }) : null}
          />
        ))}
      </ul>
      {pages.length > 0 && (
        <div
          ref={section}
          class="h-[60dvh] overflow-hidden rounded-b-xl border-line border-t lg:h-[calc(100dvh-12rem)] lg:min-h-96"
        >
          <Viewer pages={pages} boxes={boxes} active={place?.name ?? null} wanted={wanted} onBox={onBox} />
        </div>
      )}
    </Card>
  );
}

/** A file's name and what is known of it; `go` leads to its first page. */
function About({ document, go }: { document: Document; go: (() => void) | null }) {
  const typeName = useTypeName();
  const { classification: found, text_source: source } = document;
  const facts = [
    document.page_count ? tn("processes.page_count", document.page_count) : null,
    bytes(document.file_size),
    source ? tword("read_from", source) : null,
    source !== "ocr" || document.ocr_confidence === null
      ? null
      : t("processes.read_at", { share: percent(document.ocr_confidence) }),
    found?.process_type_id ? `${typeName(found.process_type_id)} (${percent(found.confidence)})` : null,
  ];
  return (
    <li class="flex items-center gap-3 px-4 py-2">
      <div class="min-w-0 flex-1">
        {go ? (
          <button
            type="button"
            class="max-w-full truncate font-semibold text-sm hover:text-accent"
            onClick={go}
          >
            {document.file_name}
          </button>
        ) : (
          <h2 class="truncate font-semibold text-sm" title={document.file_name}>
            {document.file_name}
          </h2>
        )}
        <p class="text-ink-faint text-xs">{facts.filter(Boolean).join(" · ")}</p>
        {document.error && (
          <p class="mt-1 flex items-center gap-2 text-bad text-sm">
            <Icon of={FileWarning} />
            {said("file_problems", document.error.code) ?? document.error.message}
          </p>
        )}
      </div>
      <a
        href={`/v1/documents/${document.document_id}/file`}
        download=""
        aria-label={t("processes.original")}
        title={t("processes.original")}
        class="inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-ink-soft hover:bg-sunken hover:text-ink"
      >
        <Icon of={Download} />
      </a>
    </li>
  );
}
