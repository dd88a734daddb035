import { FlaskConical } from "lucide";
import { useState } from "preact/hooks";
import { reasonText } from "../../../lib/findings";
import { t } from "../../../lib/i18n";
import { isObject } from "../../../lib/json";
import { useAct, useQuery } from "../../../lib/query/use";
import { Confidence, Status } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Select, TextField } from "../../../ui/field";
import { Card } from "../../../ui/page";
import { Trouble } from "../../../ui/states";
import { Table } from "../../../ui/table";
import { type Configuration, type DryRun, newestDocuments, tryConfiguration } from "../api";

/** Reads a stored document again with this version and keeps nothing. The page stands beside what was read. */
export function Trial({ config }: { config: Configuration }) {
  const [documentId, setDocument] = useState("");
  const recent = useQuery({
    key: ["documents", config.process_type_id],
    read: (signal) => newestDocuments(config.process_type_id, signal),
  });
  const documents = recent.data?.data.flatMap((each) => each.documents) ?? [];
  const chosen = documentId.trim() || documents[0]?.document_id || "";
  const act = useAct(() => tryConfiguration(config.config_id, chosen));
  const [result, setResult] = useState<DryRun | null>(null);
  return (
    <div class="flex flex-col gap-4">
      <Card title={t("setup.trial")}>
        <div class="flex flex-col gap-3 p-4">
          <p class="text-ink-soft text-sm">{t("setup.trial_lead")}</p>
          <div class="grid items-end gap-3 sm:grid-cols-[1fr_1fr_auto]">
            <Select
              label={t("setup.recent_document")}
              value={chosen}
              options={documents.map((each) => ({
                value: each.document_id,
                label: each.file_name ?? each.document_id,
              }))}
              onPick={setDocument}
            />
            <TextField
              label={t("setup.document_id")}
              class="font-mono"
              value={documentId}
              onText={setDocument}
            />
            <Button
              look="primary"
              icon={FlaskConical}
              disabled={!chosen}
              isBusy={act.isRunning}
              onClick={async () => setResult((await act.run()) ?? null)}
            >
              {t("setup.run_trial")}
            </Button>
          </div>
          {act.problem && <Trouble problem={act.problem} compact />}
        </div>
      </Card>
      {result && (
        <div class="grid items-start gap-4 lg:grid-cols-2">
          <img
            src={`/v1/documents/${result.document_id}/pages/1`}
            alt={t("setup.page_of_document")}
            class="w-full rounded-xl border border-line bg-paper"
          />
          <TrialResult run={result} threshold={config.confidence_threshold} />
        </div>
      )}
    </div>
  );
}

function TrialResult({ run, threshold }: { run: DryRun; threshold: number }) {
  const fields = Object.entries(run.result.fields).filter(([, field]) => isObject(field));
  return (
    <Card
      title={t("setup.would_be")}
      actions={
        <>
          <Status status={run.status} />
          <Confidence of={run.overall_confidence} threshold={threshold} />
        </>
      }
    >
      {run.reasons.length > 0 && (
        <ul class="flex flex-col gap-1 border-line border-b bg-doubt-wash p-4 text-sm">
          {run.reasons.map((each, place) => (
            <li key={place}>
              <span class="font-medium">{each.message || reasonText(each)}</span>
              {each.field && <code class="ml-2 font-mono text-xs">{each.field}</code>}
            </li>
          ))}
        </ul>
      )}
      <Table
        label={t("setup.would_be")}
        rows={fields}
        keyOf={([name]) => name}
        columns={[
          { title: t("setup.field_name"), cell: ([name]) => <code class="font-mono text-xs">{name}</code> },
          {
            title: t("setup.value"),
            cell: ([, field]) => String((field as { value?: unknown }).value ?? "–"),
          },
          {
            title: t("setup.confidence"),
            cell: ([, field]) => (
              <Confidence of={(field as { confidence?: number }).confidence} threshold={threshold} />
            ),
          },
        ]}
      />
    </Card>
  );
}
