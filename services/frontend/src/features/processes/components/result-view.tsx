import { FileClock, FileX } from "lucide";
import { useMemo, useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { isLive } from "../../../lib/live";
import { useQuery } from "../../../lib/query/use";
import { Card } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { getResult, type Process, type ReadField, type Result } from "../api";
import { Documents, type Place } from "./documents";
import { Fields } from "./fields";
import { Flags } from "./findings";
import { Tables } from "./tables";

/** The documents beside what was read from them. */
export function ResultView({ process }: { process: Process }) {
  const [place, setPlace] = useState<Place | null>(null);
  const first = process.documents[0];
  return (
    <div class="grid items-start gap-4 lg:grid-cols-2">
      <div class="lg:sticky lg:top-4">
        {first ? (
          <Documents documents={process.documents} place={place} />
        ) : (
          <Card>
            <Empty icon={FileX} title={t("processes.no_documents")} />
          </Card>
        )}
      </div>
      <div class="flex min-w-0 flex-col gap-4">
        <Read process={process} place={place} go={setPlace} />
      </div>
    </div>
  );
}

interface ReadProps {
  process: Process;
  place: Place | null;
  go: (place: Place) => void;
}

function Read({ process, place, go }: ReadProps) {
  const has = process.status === "completed" || process.status === "hitl_review";
  const asked = useQuery({
    key: ["process", process.process_id, "result"],
    read: (signal) => getResult(process.process_id, signal),
    enabled: has,
  });
  if (!has)
    return (
      <Card title={t("processes.fields")}>
        <Empty icon={FileClock} title={t(process.error ? "processes.no_result" : "processes.not_yet")}>
          {!process.error && t(isLive.value ? "processes.not_yet_hint" : "processes.not_yet_slow")}
        </Empty>
        <Flags documents={process.documents} />
      </Card>
    );
  return (
    <Card title={t("processes.fields")}>
      <Shown of={asked} rows={10}>
        {asked.data && <Values process={process} result={asked.data} place={place} go={go} />}
      </Shown>
    </Card>
  );
}

function Values({ process, result, place, go }: ReadProps & { result: Result }) {
  const documentId = useMemo(() => primaryOf(result), [result]);
  const show = (name: string, field: ReadField) =>
    documentId && field.page && go({ documentId, page: field.page, box: field.box, name });
  return (
    <>
      {result.summary && <p class="border-line border-b px-4 py-3 text-ink-soft text-sm">{result.summary}</p>}
      <Fields fields={result.fields} chosen={place?.name ?? null} show={show} />
      <Tables tables={result.tables} chosen={place?.name ?? null} show={show} />
      <Flags documents={process.documents} />
    </>
  );
}

/** The result's fields are those of one document; it holds the same data. */
function primaryOf(result: Result): string | null {
  const whole = JSON.stringify((result as unknown as { data?: unknown }).data);
  const same = result.documents.find(
    (each) => JSON.stringify((each as unknown as { data?: unknown }).data) === whole,
  );
  return (same ?? result.documents[0])?.document_id ?? null;
}
