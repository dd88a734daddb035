import { FlaskConical, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { t, tword } from "../../../../lib/i18n";
import { useAct } from "../../../../lib/query/use";
import { spans } from "../../../../lib/spans";
import { Button } from "../../../../ui/button";
import { Confirm } from "../../../../ui/confirm";
import { Checkbox, Select, TextField } from "../../../../ui/field";
import { FormDialog } from "../../../../ui/form-dialog";
import { Trouble } from "../../../../ui/states";
import type { Rule, RuleBook, RuleIn, Trial } from "../../alerting";
import { type Draft, draftOf, measured, RULE_EVENTS, ruleOf, SEVERITIES, unitOf } from "../../measures";

const WINDOWS_S = [300, 900, 3_600, 14_400, 43_200, 86_400];
const COOL_DOWNS_S = [300, 900, 3_600, 14_400, 86_400, 604_800];

/** A rule: what is measured, when it is too much, and how long it rests afterwards. It can be tried before it is kept. */
export function RuleForm({ of, rule, close }: { of: RuleBook; rule?: Rule; close: () => void }) {
  const [draft, set] = useState<Draft>(() => draftOf(rule, of.metrics));
  const given = ruleOf(draft);
  const done = { invalidates: [[of.key]], done: close };
  const keep = useAct((sent: RuleIn) => (rule ? of.replace(rule, sent) : of.make(sent)), done);
  const [isAsking, setAsking] = useState(false);
  const remove = useAct(() => of.remove(rule?.rule_id ?? ""), done);
  const change = (part: Partial<Draft>) => set({ ...draft, ...part });
  if (isAsking && rule)
    return (
      <Confirm
        title={t("notifications.remove_title", { name: rule.name })}
        act={t("notifications.remove")}
        isBusy={remove.isRunning}
        problem={remove.problem}
        run={() => void remove.run()}
        close={() => setAsking(false)}
      >
        {t("notifications.remove_rule_lead")}
      </Confirm>
    );
  return (
    <FormDialog
      title={rule ? rule.name : t("notifications.add_rule")}
      act={t(rule ? "common.save" : "notifications.add_rule")}
      isBusy={keep.isRunning}
      problem={keep.problem}
      submit={() => given && void keep.run(given)}
      close={close}
      actions={
        rule && (
          <Button look="danger" icon={Trash2} class="mr-auto" onClick={() => setAsking(true)}>
            {t("notifications.remove")}
          </Button>
        )
      }
    >
      <TextField
        label={t("setup.name")}
        required
        autofocus
        maxLength={100}
        value={draft.name}
        onText={(name) => change({ name })}
      />
      <Select
        label={t("notifications.source_one")}
        hint={tword("notifications.source_hint", draft.source)}
        value={draft.source}
        options={[
          ...of.metrics.map((value) => ({ value, label: tword("notifications.source", value) })),
          ...RULE_EVENTS.map((value) => ({
            value,
            label: t("notifications.count_of", { type: tword("notifications.type", value) }),
          })),
        ]}
        onPick={(source) => change({ source })}
      />
      <div class="grid grid-cols-2 gap-3">
        <Select
          label={t("notifications.when")}
          value={draft.comparison}
          options={[
            { value: "above", label: t("notifications.above") },
            { value: "below", label: t("notifications.below") },
          ]}
          onPick={(comparison) => change({ comparison: comparison as Draft["comparison"] })}
        />
        <TextField
          label={t("notifications.threshold", { unit: t(`notifications.units.${unitOf(draft.source)}`) })}
          type="number"
          min={0}
          step="any"
          required
          value={draft.threshold}
          wrong={given === null && draft.threshold ? t("notifications.no_number") : undefined}
          onText={(threshold) => change({ threshold })}
        />
        <Select
          label={t("notifications.window")}
          value={String(draft.window_s)}
          options={spans(WINDOWS_S, draft.window_s)}
          onPick={(picked) => change({ window_s: Number(picked) })}
        />
        <Select
          label={t("notifications.cool_down")}
          value={String(draft.cool_down_s)}
          options={spans(COOL_DOWNS_S, draft.cool_down_s)}
          onPick={(picked) => change({ cool_down_s: Number(picked) })}
        />
      </div>
      <Select
        label={t("notifications.severity")}
        value={draft.severity}
        options={SEVERITIES.map((value) => ({ value, label: tword("notifications.severities", value) }))}
        onPick={(severity) => change({ severity: severity as Draft["severity"] })}
      />
      <Checkbox
        label={t("notifications.is_on")}
        checked={draft.is_enabled}
        onToggle={(is_enabled) => change({ is_enabled })}
      />
      {of.attempt && <Attempt draft={draft} attempt={of.attempt} />}
    </FormDialog>
  );
}

/** What the rule would see now. */
function Attempt({ draft, attempt }: { draft: Draft; attempt: NonNullable<RuleBook["attempt"]> }) {
  const [seen, setSeen] = useState<{ of: Draft; trial: Trial } | null>(null);
  const given = ruleOf(draft);
  const act = useAct(attempt, { done: (trial) => setSeen({ of: draft, trial }) });
  const run = () => given && void act.run({ ...given, name: draft.name.trim() || "trial" });
  return (
    <div class="flex flex-wrap items-center gap-3 rounded-lg bg-sunken p-3">
      <Button small icon={FlaskConical} isBusy={act.isRunning} disabled={given === null} onClick={run}>
        {t("notifications.try")}
      </Button>
      <output class="min-w-0 flex-1 text-ink-soft text-sm">
        {seen?.of === draft ? told(draft.source, seen.trial) : t("notifications.try_hint")}
      </output>
      {act.problem && <Trouble problem={act.problem} compact />}
    </div>
  );
}

function told(source: string, seen: Trial): string {
  if (seen.value === null) return t("notifications.nothing_to_judge");
  const value = measured(source, seen.value);
  return t(seen.would_fire ? "notifications.would_fire" : "notifications.would_rest", { value });
}
