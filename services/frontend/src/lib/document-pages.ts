interface Paged {
  document_id: string;
  file_name: string;
  page_count: number | null;
  text_source: string | null;
}

/** Further pages are reached by the file itself. */
const MOST_PAGES = 500;

export function pageSrc(documentId: string, page: number): string {
  return `/v1/documents/${documentId}/pages/${page}`;
}

export const pageKey = (documentId: string, page: number) => `${documentId}/${page}`;

/** Every page of every document, in order, as `ui/viewer` shows them; a file whose pages are not known is drawn as one. */
export function pagesOf(documents: readonly Paged[], label: (name: string, page: number) => string) {
  return documents.filter(hasPages).flatMap((document) =>
    Array.from({ length: Math.min(document.page_count ?? 1, MOST_PAGES) || 1 }, (_, place) => ({
      key: pageKey(document.document_id, place + 1),
      src: pageSrc(document.document_id, place + 1),
      label: label(document.file_name, place + 1),
    })),
  );
}

/** An e-invoice that is XML alone has nothing to look at. */
function hasPages({ page_count, text_source }: Paged): boolean {
  return Boolean(page_count) || text_source !== "xml";
}
