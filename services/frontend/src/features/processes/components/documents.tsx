import { ChevronLeft, ChevronRight, Download, FileWarning } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { bytes, percent } from "../../../lib/format";
import { t, tn, tword } from "../../../lib/i18n";
import { said } from "../../../lib/said";
import { IconButton } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { Card } from "../../../ui/page";
import type { Document, ReadField } from "../api";
import { PageImage } from "./page-image";

/** Where something stands: `name` is what stands there. */
export interface Place {
  documentId: string;
  page: number;
  box: ReadField["box"];
  name: string;
}

/** The documents of a process, one page at a time, with the place of what is asked for. */
export function Documents({ documents, place }: { documents: readonly Document[]; place: Place | null }) {
  const [first] = documents;
  const [at, setAt] = useState({ documentId: first?.document_id ?? "", page: 1 });
  useEffect(() => {
    if (place) setAt({ documentId: place.documentId, page: place.page });
  }, [place]);
  const document = documents.find((each) => each.document_id === at.documentId) ?? first;
  if (!document) return null;
  const turn = (page: number) => setAt({ documentId: document.document_id, page });
  const box = place?.documentId === document.document_id && place.page === at.page ? place.box : null;
  return (
    <Card
      title={
        <span class="block max-w-64 truncate" title={document.file_name}>
          {document.file_name}
        </span>
      }
      actions={
        <>
          <Turning page={at.page} of={document.page_count ?? 1} turn={turn} />
          <a
            href={`/v1/documents/${document.document_id}/file`}
            download=""
            aria-label={t("processes.original")}
            title={t("processes.original")}
            class="inline-flex size-8 items-center justify-center rounded-lg text-ink-soft hover:bg-sunken hover:text-ink"
          >
            <Icon of={Download} />
          </a>
        </>
      }
    >
      {documents.length > 1 && (
        <ul class="flex gap-1 overflow-x-auto border-line border-b p-2">
          {documents.map((each) => (
            <li key={each.document_id}>
              <button
                type="button"
                aria-pressed={each === document}
                class="max-w-48 truncate rounded-lg px-2.5 py-1 text-ink-soft text-xs hover:bg-sunken aria-pressed:bg-accent-wash aria-pressed:text-accent"
                onClick={() => setAt({ documentId: each.document_id, page: 1 })}
              >
                {each.file_name}
              </button>
            </li>
          ))}
        </ul>
      )}
      {document.status !== "failed" && (
        <PageImage
          key={`${document.document_id}/${at.page}/${document.status}`}
          documentId={document.document_id}
          page={at.page}
          box={box}
        />
      )}
      <Thumbnails document={document} page={at.page} turn={turn} />
      <About document={document} />
      {document.error && (
        <p class="flex items-center gap-2 border-line border-t px-4 py-2.5 text-bad text-sm">
          <Icon of={FileWarning} />
          {said("file_problems", document.error.code) ?? document.error.message}
        </p>
      )}
    </Card>
  );
}

function Turning({ page, of, turn }: { page: number; of: number; turn: (page: number) => void }) {
  if (of < 2) return null;
  return (
    <div class="flex items-center">
      <IconButton
        icon={ChevronLeft}
        label={t("processes.page_before")}
        disabled={page <= 1}
        onClick={() => turn(page - 1)}
      />
      <span class="numbers text-ink-soft text-xs">
        {page} / {of}
      </span>
      <IconButton
        icon={ChevronRight}
        label={t("processes.page_after")}
        disabled={page >= of}
        onClick={() => turn(page + 1)}
      />
    </div>
  );
}

const MOST_THUMBNAILS = 24;

function Thumbnails({
  document,
  page,
  turn,
}: {
  document: Document;
  page: number;
  turn: (page: number) => void;
}) {
  const count = Math.min(document.page_count ?? 1, MOST_THUMBNAILS);
  if (count < 2) return null;
  return (
    <ul class="flex gap-2 overflow-x-auto border-line border-t p-3" aria-label={t("processes.pages")}>
      {Array.from({ length: count }, (_, at) => at + 1).map((number) => (
        <li key={number}>
          <button
            type="button"
            aria-current={number === page ? "page" : undefined}
            aria-label={t("processes.page", { page: number })}
            class="block h-20 w-15 overflow-hidden rounded border border-line bg-paper hover:border-line-strong aria-[current=page]:border-accent aria-[current=page]:ring-2 aria-[current=page]:ring-accent/30"
            onClick={() => turn(number)}
          >
            <img
              src={`/v1/documents/${document.document_id}/pages/${number}`}
              alt=""
              loading="lazy"
              class="size-full object-cover object-top"
            />
          </button>
        </li>
      ))}
    </ul>
  );
}

function About({ document }: { document: Document }) {
  const { classification: found, text_source: source } = document;
  const facts = [
    document.page_count ? tn("processes.page_count", document.page_count) : null,
    bytes(document.file_size),
    source ? tword("read_from", source) : null,
    source !== "ocr" || document.ocr_confidence === null
      ? null
      : t("processes.read_at", { share: percent(document.ocr_confidence) }),
    found ? `${found.process_type_id} (${percent(found.confidence)})` : null,
  ];
  return (
    <p class="border-line border-t px-4 py-2.5 text-ink-faint text-xs">{facts.filter(Boolean).join(" · ")}</p>
  );
}
