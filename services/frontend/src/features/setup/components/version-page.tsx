import { Copy } from "lucide";
import { useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import type { Problem } from "../../../lib/api/problem";
import { t } from "../../../lib/i18n";
import { pretty } from "../../../lib/json";
import { useAct, useQuery } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Confirm } from "../../../ui/confirm";
import { TextField } from "../../../ui/field";
import { Page } from "../../../ui/page";
import { Shown, Trouble } from "../../../ui/states";
import { Tabs } from "../../../ui/tabs";
import { toast } from "../../../ui/toasts";
import { TypeName } from "../../../ui/type-name";
import {
  type Configuration,
  changeConfiguration,
  cloneConfiguration,
  publishConfiguration,
  readConfiguration,
  retireConfiguration,
  rollBack,
  shareTraffic,
} from "../api";
import { useBase } from "../base";
import { changeOf, type Draft, draftOf, isSound, objectOf, type Part, partOf } from "../draft";
import { FieldsForm } from "./fields-form";
import { FormOrCode } from "./form-or-code";
import { StateBadge } from "./frame";
import { useKept } from "./prompt-page";
import { ReliabilityCard } from "./reliability";
import { RulesPart } from "./rules-part";
import { SettingsForm } from "./settings-form";
import { Trial } from "./trial";
import { VersionDiff } from "./version-diff";

/** One version of a configuration: edited while it is a draft, tried, compared, and brought into force. */
export function VersionPage() {
  const id = useRoute().params.version ?? "";
  const config = useQuery({
    key: ["configurations", "one", id],
    read: (signal) => readConfiguration(id, signal),
  });
  if (!config.data) {
    return (
      <Page title={t("setup.configuration")}>
        <Shown of={config}>{null}</Shown>
      </Page>
    );
  }
  return <Version key={config.data.config_id} config={config.data} />;
}

function Version({ config: latest }: { config: Configuration }) {
  const [tab, setTab] = useState<string>("fields");
  const [draft, setDraft] = useState(() => draftOf(latest));
  const isChangedFrom = (base: Configuration) =>
    base.state === "draft" && JSON.stringify(draft) !== JSON.stringify(draftOf(base));
  const [config, rebase] = useBase(latest, isChangedFrom, (taken) => setDraft(draftOf(taken)));
  const readOnly = config.state !== "draft";
  const isChanged = isChangedFrom(config);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  // The server writes it its own way; what was typed while it was saved is a change of that.
  const kept = (changed: Configuration, sent: Draft) => {
    rebase(changed);
    setDraft((now) => (now === sent ? draftOf(changed) : now));
  };
  const acts = useActs(config, draft, isChanged, kept);
  useKept(isChanged);
  const problem = acts.problem;
  const faults = (part: Part) => problem?.places.filter((each) => partOf(each.pointer) === part).length ?? 0;
  const schema = objectOf(draft.schema);
  const titled = (part: Part, title: string) => (
    <span class="inline-flex items-center gap-2">
      {title}
      {faults(part) > 0 && <Badge tone="bad">{faults(part)}</Badge>}
    </span>
  );
  return (
    <Page
      title={t("setup.version_of", { version: config.version })}
      lead={
        <a class="hover:text-accent" href={`/configuration/types/${config.process_type_id}`}>
          <TypeName id={config.process_type_id} />
        </a>
      }
      actions={<Actions config={config} isChanged={isChanged} draft={draft} acts={acts} />}
    >
      {problem && <Trouble problem={problem} compact />}
      {readOnly && <p class="text-ink-soft text-sm">{t("setup.frozen")}</p>}
      <Tabs
        label={t("setup.configuration")}
        chosen={tab}
        choose={setTab}
        tabs={[
          {
            key: "fields",
            title: titled("fields", t("setup.fields")),
            panel: () => (
              <FormOrCode
                label={t("setup.schema")}
                text={draft.schema}
                onText={(text) => set({ schema: text })}
                readOnly={readOnly}
                form={
                  schema && (
                    <FieldsForm
                      schema={schema}
                      readOnly={readOnly}
                      onChange={(changed) => set({ schema: pretty(changed) })}
                    />
                  )
                }
              />
            ),
          },
          {
            key: "rules",
            title: titled("rules", t("setup.rules")),
            panel: () => (
              <RulesPart
                schema={draft.schema}
                rules={draft.rules}
                onRules={(text) => set({ rules: text })}
                readOnly={readOnly}
              />
            ),
          },
          {
            key: "settings",
            title: titled("settings", t("setup.settings")),
            panel: () => (
              <div class="flex flex-col gap-5">
                <SettingsForm draft={draft} set={set} readOnly={readOnly} />
                {!config.is_platform && (
                  <ReliabilityCard
                    config={config}
                    propose={readOnly ? undefined : (threshold) => set({ threshold: String(threshold) })}
                  />
                )}
              </div>
            ),
          },
          { key: "trial", title: t("setup.trial"), panel: () => <Trial config={config} /> },
          { key: "diff", title: t("setup.differences"), panel: () => <VersionDiff config={config} /> },
        ]}
      />
    </Page>
  );
}

function useActs(
  config: Configuration,
  draft: Draft,
  isChanged: boolean,
  kept: (changed: Configuration, sent: Draft) => void,
) {
  const { route } = useLocation();
  const invalidates = [["configurations"]];
  // Also where publishing is refused afterwards: what comes next is a change of what was saved.
  const saved = async () => {
    const changed = await changeConfiguration(config, changeOf(draft));
    kept(changed, draft);
    return changed;
  };
  const save = useAct(saved, { invalidates, done: () => toast(t("setup.saved")) });
  const publish = useAct(async () => publishConfiguration(isChanged ? await saved() : config), {
    invalidates,
    done: () => toast(t("setup.published")),
  });
  const clone = useAct(() => cloneConfiguration(config), {
    invalidates,
    done: (made) => route(`/configuration/versions/${made.config_id}`),
  });
  const retire = useAct(() => retireConfiguration(config), { invalidates });
  const back = useAct(() => rollBack(config), {
    invalidates,
    done: ({ in_force }) => toast(t("setup.rolled_back", { version: in_force.version })),
  });
  const share = useAct((percent: number) => shareTraffic(config, percent), { invalidates });
  const problem: Problem | null = publish.problem ?? save.problem ?? clone.problem ?? share.problem;
  return { save, publish, clone, retire, back, share, problem };
}

type Asked = "retire" | "back" | "share" | null;

function Actions({
  config,
  isChanged,
  draft,
  acts,
}: {
  config: Configuration;
  isChanged: boolean;
  draft: Draft;
  acts: ReturnType<typeof useActs>;
}) {
  const [asked, ask] = useState<Asked>(null);
  const { state } = config;
  const isOwn = !config.is_platform;
  const isOnTheWay = state === "draft" || state === "shadow" || state === "canary";
  const close = () => ask(null);
  return (
    <>
      <StateBadge state={state} percent={config.canary_percent} />
      <Button icon={Copy} isBusy={acts.clone.isRunning} onClick={() => void acts.clone.run()}>
        {t("setup.clone")}
      </Button>
      {isOwn && isOnTheWay && (
        <Button isBusy={acts.share.isRunning} disabled={isChanged} onClick={() => ask("share")}>
          {t("setup.canary")}
        </Button>
      )}
      {isOwn && (state === "published" || state === "canary") && (
        <Button onClick={() => ask("back")}>{t("setup.roll_back")}</Button>
      )}
      {state === "published" && (
        <Button look="danger" onClick={() => ask("retire")}>
          {t("setup.retire")}
        </Button>
      )}
      {state === "draft" && (
        <Button
          isBusy={acts.save.isRunning}
          disabled={!isChanged || !isSound(draft)}
          onClick={() => void acts.save.run()}
        >
          {t("common.save")}
        </Button>
      )}
      {isOnTheWay && (
        <Button
          look="primary"
          isBusy={acts.publish.isRunning}
          disabled={!isSound(draft)}
          onClick={() => void acts.publish.run()}
        >
          {t("setup.publish")}
        </Button>
      )}
      {asked === "share" && <Share config={config} act={acts.share} close={close} />}
      {(asked === "retire" || asked === "back") && (
        <Confirm
          title={t(asked === "back" ? "setup.roll_back_title" : "setup.retire_title")}
          act={t(asked === "back" ? "setup.roll_back" : "setup.retire")}
          isBusy={acts[asked].isRunning}
          problem={acts[asked].problem}
          run={async () => (await acts[asked].run()) && close()}
          close={close}
        >
          {t(asked === "back" ? "setup.roll_back_lead" : "setup.retire_lead")}
        </Confirm>
      )}
    </>
  );
}

function Share({
  config,
  act,
  close,
}: {
  config: Configuration;
  act: ReturnType<typeof useActs>["share"];
  close: () => void;
}) {
  const [percent, setPercent] = useState(String(config.canary_percent ?? 10));
  return (
    <Confirm
      title={t("setup.canary")}
      act={t("setup.canary_start")}
      isBusy={act.isRunning}
      problem={act.problem}
      run={async () => (await act.run(Number(percent))) && close()}
      close={close}
    >
      <p class="mb-3">{t("setup.canary_lead")}</p>
      <TextField
        label={t("setup.canary_percent")}
        type="number"
        min={1}
        max={99}
        value={percent}
        onText={setPercent}
      />
    </Confirm>
  );
}
