import { t, tword } from "../../../lib/i18n";
import { CodeEditor } from "../../../ui/code-editor";
import { Checkbox, Select, TextField } from "../../../ui/field";
import { Card } from "../../../ui/page";
import type { Draft } from "../draft";

const POLICIES: Draft["duplicate_policy"][] = ["flag", "allow", "return_existing"];
const CODE = ["approval_limits", "output_actions", "llm_policy", "workflow"] as const;

/** When a person looks, and what happens with what was read. */
export function SettingsForm({
  draft,
  set,
  readOnly,
}: {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  readOnly: boolean;
}) {
  return (
    <div class="flex flex-col gap-5">
      <Card title={t("setup.review_when")}>
        <fieldset disabled={readOnly} class="grid gap-4 p-4 sm:grid-cols-2">
          <legend class="sr-only">{t("setup.review_when")}</legend>
          <TextField
            label={t("setup.threshold")}
            hint={t("setup.threshold_hint")}
            type="number"
            min={0}
            max={1}
            step={0.01}
            value={draft.threshold}
            onText={(threshold) => set({ threshold })}
          />
          <Select
            label={t("setup.duplicates")}
            value={draft.duplicate_policy}
            options={POLICIES.map((each) => ({
              value: each,
              label: tword("setup.words.duplicate_policy", each),
            }))}
            onPick={(word) => set({ duplicate_policy: word as Draft["duplicate_policy"] })}
          />
          <Checkbox
            label={t("setup.hitl")}
            hint={t("setup.hitl_hint")}
            checked={draft.enable_hitl}
            disabled={readOnly}
            onToggle={(enable_hitl) => set({ enable_hitl })}
          />
          <Checkbox
            label={t("setup.fraud")}
            checked={draft.enable_fraud_detection}
            disabled={readOnly}
            onToggle={(enable_fraud_detection) => set({ enable_fraud_detection })}
          />
          <TextField
            label={t("setup.plugin")}
            class="font-mono"
            value={draft.plugin_name}
            onText={(plugin_name) => set({ plugin_name })}
          />
        </fieldset>
      </Card>
      {CODE.map((part) => (
        <CodeEditor
          key={part}
          json
          rows={readOnly ? Math.min(7, draft[part].split("\n").length) : 7}
          label={t(`setup.${part}`)}
          value={draft[part]}
          readOnly={readOnly}
          onText={(text) => set({ [part]: text })}
        />
      ))}
    </div>
  );
}
