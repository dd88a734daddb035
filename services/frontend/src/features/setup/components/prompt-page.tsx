import { Copy, Plus } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { t, tword } from "../../../lib/i18n";
import { useAct, useList, useQuery } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { CodeEditor } from "../../../ui/code-editor";
import { Confirm } from "../../../ui/confirm";
import { TextField } from "../../../ui/field";
import { LineDiff } from "../../../ui/line-diff";
import { Card, Page } from "../../../ui/page";
import { Shown, Trouble } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { TypeName } from "../../../ui/type-name";
import {
  changePrompt,
  clonePrompt,
  listPrompts,
  type Prompt,
  publishPrompt,
  readPrompt,
  retirePrompt,
} from "../api";
import { useBase } from "../base";
import { faultsOf, placeholdersOf } from "../placeholders";
import { CompareWith } from "./compare-with";
import { StateBadge } from "./frame";

/** One prompt: its text while it is a draft, how it differs from others, and its way into force. */
export function PromptPage() {
  const id = useRoute().params.prompt ?? "";
  const prompt = useQuery({ key: ["prompts", "one", id], read: (signal) => readPrompt(id, signal) });
  const title = prompt.data
    ? `${tword("setup.words.prompt_stage", prompt.data.stage)} · ${t("setup.version_n", { version: prompt.data.version })}`
    : t("setup.prompt");
  if (!prompt.data) {
    return (
      <Page title={title}>
        <Shown of={prompt}>{null}</Shown>
      </Page>
    );
  }
  return <Editor key={prompt.data.prompt_id} prompt={prompt.data} title={title} />;
}

function Editor({ prompt: latest, title }: { prompt: Prompt; title: string }) {
  const { route } = useLocation();
  const [text, setText] = useState(latest.prompt_template);
  const [model, setModel] = useState(latest.model_name);
  const [tokens, setTokens] = useState(String(latest.max_tokens));
  const isChangedFrom = (base: Prompt) =>
    text !== base.prompt_template || model !== base.model_name || tokens !== String(base.max_tokens);
  const [prompt, rebase] = useBase(latest, isChangedFrom, (taken) => {
    setText(taken.prompt_template);
    setModel(taken.model_name);
    setTokens(String(taken.max_tokens));
  });
  const [isRetiring, setRetiring] = useState(false);
  const invalidates = [["prompts"]];
  const isDraft = prompt.state === "draft";
  const isChanged = isChangedFrom(prompt);
  const given = () => ({ prompt_template: text, model_name: model, max_tokens: Number(tokens) }) as never;
  // Also where publishing is refused afterwards: what comes next is a change of what was saved.
  const saved = async () => {
    const changed = await changePrompt(prompt, given());
    rebase(changed);
    return changed;
  };
  const save = useAct(saved, { invalidates, done: () => toast(t("setup.saved")) });
  const publish = useAct(async () => publishPrompt(isChanged ? await saved() : prompt), {
    invalidates,
    done: () => toast(t("setup.published")),
  });
  const retire = useAct(() => retirePrompt(prompt), { invalidates, done: () => setRetiring(false) });
  const clone = useAct(() => clonePrompt(prompt), {
    invalidates,
    done: (made) => route(`/configuration/prompts/${made.prompt_id}`),
  });
  const problem = publish.problem ?? save.problem ?? clone.problem;
  useKept(isChanged);
  return (
    <Page
      title={title}
      lead={
        <a class="hover:text-accent" href={`/configuration/types/${prompt.process_type_id}`}>
          <TypeName id={prompt.process_type_id} />
        </a>
      }
      actions={
        <>
          <StateBadge state={prompt.state} />
          <Button icon={Copy} isBusy={clone.isRunning} onClick={() => void clone.run()}>
            {t("setup.clone")}
          </Button>
          {prompt.state === "published" && !prompt.is_platform && (
            <Button look="danger" onClick={() => setRetiring(true)}>
              {t("setup.retire")}
            </Button>
          )}
          {isDraft && (
            <>
              <Button isBusy={save.isRunning} disabled={!isChanged} onClick={() => void save.run()}>
                {t("common.save")}
              </Button>
              <Button look="primary" isBusy={publish.isRunning} onClick={() => void publish.run()}>
                {t("setup.publish")}
              </Button>
            </>
          )}
        </>
      }
    >
      {problem && <Trouble problem={problem} compact />}
      <div class="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_16rem]">
        <CodeEditor
          label={t("setup.prompt")}
          value={text}
          onText={setText}
          readOnly={!isDraft}
          rows={22}
          wrong={isDraft ? placeholderFault(prompt, text) : undefined}
        />
        <div class="flex flex-col gap-5">
          <Placeholders prompt={prompt} isDraft={isDraft} insert={(name) => setText(`${text}{{${name}}}`)} />
          <TextField label={t("setup.model")} disabled={!isDraft} value={model} onText={setModel} />
          <TextField
            label={t("setup.max_tokens")}
            type="number"
            min={1}
            disabled={!isDraft}
            value={tokens}
            onText={setTokens}
          />
        </div>
      </div>
      <Differences prompt={prompt} text={text} />
      {isRetiring && (
        <Confirm
          title={t("setup.retire_title")}
          act={t("setup.retire")}
          isBusy={retire.isRunning}
          problem={retire.problem}
          run={() => void retire.run()}
          close={() => setRetiring(false)}
        >
          {t("setup.retire_prompt")}
        </Confirm>
      )}
    </Page>
  );
}

/** Ask before the window is closed on what is not saved. */
export function useKept(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isChanged]);
}

function placeholderFault(prompt: Prompt, text: string): string | undefined {
  const { unknown, lacking } = faultsOf(prompt.stage, text);
  if (unknown.length > 0) return t("setup.unknown_names", { names: unknown.join(", ") });
  return lacking.length > 0 ? t("setup.lacking_names", { names: lacking.join(", ") }) : undefined;
}

function Placeholders({
  prompt,
  isDraft,
  insert,
}: {
  prompt: Prompt;
  isDraft: boolean;
  insert: (name: string) => void;
}) {
  return (
    <section class="flex flex-col gap-2" aria-label={t("setup.placeholders")}>
      <h2 class="font-medium text-ink-soft text-xs">{t("setup.placeholders")}</h2>
      <ul class="flex flex-col gap-1.5">
        {placeholdersOf(prompt.stage).map((each) => (
          <li key={each.name} class="flex items-center justify-between gap-2">
            <code class="font-mono text-xs">{`{{${each.name}}}`}</code>
            {each.isNeeded && <Badge tone="accent">{t("setup.needed")}</Badge>}
            {isDraft && !each.isNeeded && (
              <Button
                small
                look="quiet"
                icon={Plus}
                aria-label={t("setup.insert", { name: each.name })}
                onClick={() => insert(each.name)}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Differences({ prompt, text }: { prompt: Prompt; text: string }) {
  const [against, setAgainst] = useState("");
  const list = useList<Prompt>({
    key: ["prompts", prompt.process_type_id],
    read: listPrompts(prompt.process_type_id),
  });
  const others = list.rows.filter(
    (each) => each.stage === prompt.stage && each.prompt_id !== prompt.prompt_id,
  );
  const other = others.find((each) => each.prompt_id === against) ?? others[0];
  if (!other) return null;
  return (
    <Card
      title={t("setup.differences")}
      actions={
        <CompareWith others={others} chosen={other} idOf={(each) => each.prompt_id} pick={setAgainst} />
      }
    >
      <LineDiff before={other.prompt_template} after={text} />
    </Card>
  );
}
