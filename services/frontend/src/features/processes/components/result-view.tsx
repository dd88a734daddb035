import { FileClock, FileX } from "lucide";
import { useMemo, useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { isLive } from "../../../lib/live";
import { useQuery } from "../../../lib/query/use";
import { Card } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { getResult, type Process, type ReadField, type Result } from "../api";
import { boxesOf, type Place } from "../places";
import { Documents } from "./documents";
import { Fields } from "./fields";
import { Flags } from "./findings";
import { Tables } from "./tables";

/** The documents beside what was read from them: a value shows its place, a place its value. */
export function ResultView({ process }: { process: Process }) {
  const [place, setPlace] = useState<Place | null>(null);
  const has = process.status === "completed" || process.status === "hitl_review";
  const asked = useQuery({
    key: ["process", process.process_id, "result"],
    read: (signal) => getResult(process.process_id, signal),
    enabled: has,
  });
  const result = asked.data;
  const documentId = useMemo(() => (result ? primaryOf(result) : null), [result]);
  const boxes = useMemo(() => boxesOf(documentId, result?.fields ?? {}, place), [documentId, result, place]);
  const show = (name: string, field: ReadField) => {
    if (documentId && field.page) setPlace({ documentId, page: field.page, box: field.box, name });
  };
  const showBox = (name: string) => {
    const field = result?.fields[name];
    if (field) show(name, field);
    document.querySelector(`[data-read="${CSS.escape(name)}"]`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div class="grid items-start gap-4 lg:grid-cols-2">
      <div class="min-w-0 lg:sticky lg:top-4">
        {process.documents.length > 0 ? (
          <Documents documents={process.documents} boxes={boxes} place={place} onBox={showBox} />
        ) : (
          <Card>
            <Empty icon={FileX} title={t("processes.no_documents")} />
          </Card>
        )}
      </div>
      <Card title={t("processes.fields")}>
        {has ? (
          <Shown of={asked} rows={10}>
            {result && <Values result={result} chosen={place?.name ?? null} show={show} />}
          </Shown>
        ) : (
          <Empty icon={FileClock} title={t(process.error ? "processes.no_result" : "processes.not_yet")}>
            {!process.error && t(isLive.value ? "processes.not_yet_hint" : "processes.not_yet_slow")}
          </Empty>
        )}
        <Flags documents={process.documents} />
      </Card>
    </div>
  );
}

interface ValuesProps {
  result: Result;
  chosen: string | null;
  show: (name: string, field: ReadField) => void;
}

function Values({ result, chosen, show }: ValuesProps) {
  return (
    <>
      {result.summary && <p class="border-line border-b px-4 py-3 text-ink-soft text-sm">{result.summary}</p>}
      <Fields fields={result.fields} chosen={chosen} show={show} />
      <Tables tables={result.tables} chosen={chosen} show={show} />
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
