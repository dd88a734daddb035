import { pagesOf } from "../../../lib/document-pages";
import { t } from "../../../lib/i18n";
import { useQuery } from "../../../lib/query/use";
import { Dialog } from "../../../ui/dialog";
import { Shown } from "../../../ui/states";
import { Viewer } from "../../../ui/viewer/viewer";
import { readDocument } from "../api";

/** This document and an earlier one, each with all its pages, large enough to be read beside each other. */
export function Compare({ own, twin, close }: { own: string; twin: string; close: () => void }) {
  return (
    <Dialog title={t("reviews.compare")} close={close} wide="full">
      <div class="grid gap-3 sm:grid-cols-2">
        <Side title={t("reviews.this_one")} documentId={own} />
        <Side title={t("reviews.earlier_one")} documentId={twin} />
      </div>
    </Dialog>
  );
}

function Side({ title, documentId }: { title: string; documentId: string }) {
  const asked = useQuery({
    key: ["document", documentId],
    read: (signal) => readDocument(documentId, signal),
  });
  return (
    <section aria-label={title} class="min-w-0 overflow-hidden rounded-lg border border-line">
      <h3 class="truncate border-line border-b px-3 py-2 text-sm">
        <span class="font-medium">{title}</span>
        <span class="text-ink-faint"> · {asked.data?.file_name}</span>
      </h3>
      <div class="h-[40dvh] sm:h-[68dvh]">
        <Shown of={asked}>
          {asked.data && <Viewer pages={pagesOf([asked.data], (_, page) => t("viewer.page", { page }))} />}
        </Shown>
      </div>
    </section>
  );
}
