import { FileText, Plus, Settings2 } from "lucide";
import { useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { ago } from "../../../lib/format";
import { t, tword } from "../../../lib/i18n";
import { useAct, useList, useQuery } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Select, TextField } from "../../../ui/field";
import { FormDialog } from "../../../ui/form-dialog";
import { Listed } from "../../../ui/listed";
import { Page } from "../../../ui/page";
import { Shown, Trouble } from "../../../ui/states";
import type { Column } from "../../../ui/table";
import {
  type Configuration,
  changeType,
  listConfigurations,
  listPrompts,
  makeConfiguration,
  makePrompt,
  type ProcessType,
  type Prompt,
  type PromptStage,
  readType,
} from "../api";
import { STAGES, starter } from "../placeholders";
import { StateBadge } from "./frame";

const owner = (row: { is_platform: boolean }) => t(row.is_platform ? "setup.platform" : "setup.own");

const versions = (): Column<Configuration>[] => [
  { title: t("setup.version"), cell: (row) => t("setup.version_n", { version: row.version }) },
  {
    title: t("setup.state"),
    cell: (row) => <StateBadge state={row.state} percent={row.canary_percent} />,
  },
  { title: t("setup.owner"), cell: owner, class: "text-ink-soft" },
  {
    title: t("setup.changed"),
    cell: (row) => ago(row.updated_at),
    right: true,
    class: "hidden sm:table-cell",
  },
];

const prompts = (): Column<Prompt>[] => [
  { title: t("setup.stage"), cell: (row) => tword("setup.words.prompt_stage", row.stage) },
  { title: t("setup.version"), cell: (row) => t("setup.version_n", { version: row.version }) },
  { title: t("setup.state"), cell: (row) => <StateBadge state={row.state} /> },
  { title: t("setup.owner"), cell: owner, class: "hidden sm:table-cell text-ink-soft" },
  {
    title: t("setup.model"),
    cell: (row) =>
      row.model_name === "default" ? (
        <span class="text-ink-soft">{t("setup.default_model")}</span>
      ) : (
        <code class="font-mono text-xs">{row.model_name}</code>
      ),
    class: "hidden md:table-cell",
  },
];

/** One kind of document: the versions of its configuration and the prompts of its stages. */
export function ProcessTypePage() {
  const id = useRoute().params.type ?? "";
  const type = useQuery({ key: ["types", id], read: (signal) => readType(id, signal) });
  const toggle = useAct((given: ProcessType) => changeType(given, { is_active: !given.is_active } as never), {
    invalidates: [["types"]],
  });
  const shown = type.data;
  return (
    <Page
      title={shown?.display_name ?? id}
      lead={
        <>
          <a class="hover:text-accent" href="/configuration">
            {t("setup.title")}
          </a>
          {shown?.description && ` · ${shown.description}`}
        </>
      }
      actions={
        shown && (
          <Button isBusy={toggle.isRunning} onClick={() => void toggle.run(shown)}>
            {t(shown.is_active ? "setup.deactivate" : "setup.activate")}
          </Button>
        )
      }
    >
      {toggle.problem && <Trouble problem={toggle.problem} compact />}
      <Shown of={type}>
        <Versions typeId={id} />
        <Prompts typeId={id} />
      </Shown>
    </Page>
  );
}

function Versions({ typeId }: { typeId: string }) {
  const { route } = useLocation();
  const list = useList<Configuration>({ key: ["configurations", typeId], read: listConfigurations(typeId) });
  const act = useAct(() => makeConfiguration(typeId), {
    invalidates: [["configurations"]],
    done: (made) => route(`/configuration/versions/${made.config_id}`),
  });
  return (
    <>
      {act.problem && <Trouble problem={act.problem} compact />}
      <Listed
        title={t("setup.configurations")}
        actions={
          <Button small icon={Plus} isBusy={act.isRunning} onClick={() => void act.run()}>
            {t("setup.new_draft")}
          </Button>
        }
        of={list}
        columns={versions()}
        keyOf={(row) => row.config_id}
        href={(row) => `/configuration/versions/${row.config_id}`}
        icon={Settings2}
        empty={t("setup.no_versions")}
        hint={t("setup.no_versions_hint")}
      />
    </>
  );
}

function Prompts({ typeId }: { typeId: string }) {
  const [isNew, setNew] = useState(false);
  const list = useList<Prompt>({ key: ["prompts", typeId], read: listPrompts(typeId) });
  return (
    <>
      <Listed
        title={t("setup.prompts")}
        actions={
          <Button small icon={Plus} onClick={() => setNew(true)}>
            {t("setup.new_prompt")}
          </Button>
        }
        of={list}
        columns={prompts()}
        keyOf={(row) => row.prompt_id}
        href={(row) => `/configuration/prompts/${row.prompt_id}`}
        icon={FileText}
        empty={t("setup.no_prompts")}
        hint={t("setup.no_prompts_hint")}
      />
      {isNew && <NewPrompt typeId={typeId} close={() => setNew(false)} />}
    </>
  );
}

function NewPrompt({ typeId, close }: { typeId: string; close: () => void }) {
  const { route } = useLocation();
  const [stage, setStage] = useState<PromptStage>("ocr");
  const [version, setVersion] = useState("1");
  const act = useAct(makePrompt, {
    invalidates: [["prompts"]],
    done: (made) => route(`/configuration/prompts/${made.prompt_id}`),
  });
  const submit = () => {
    const given = { process_type_id: typeId, stage, version: Number(version) };
    void act.run({ ...given, prompt_template: starter(stage) } as never);
  };
  return (
    <FormDialog
      title={t("setup.new_prompt")}
      act={t("setup.create")}
      isBusy={act.isRunning}
      problem={act.problem}
      submit={submit}
      close={close}
    >
      <Select
        label={t("setup.stage")}
        value={stage}
        options={STAGES.map((each) => ({ value: each, label: tword("setup.words.prompt_stage", each) }))}
        onPick={(picked) => setStage(picked as PromptStage)}
      />
      <TextField
        label={t("setup.version")}
        hint={t("setup.prompt_version_hint")}
        type="number"
        min={1}
        required
        value={version}
        onText={setVersion}
      />
    </FormDialog>
  );
}
