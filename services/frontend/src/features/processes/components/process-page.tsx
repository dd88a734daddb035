import { ArrowLeft, ScanSearch } from "lucide";
import { useEffect } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { ago, dateTime, number } from "../../../lib/format";
import { t } from "../../../lib/i18n";
import { useKeys } from "../../../lib/keys";
import { isLive, onSnapshot } from "../../../lib/live";
import { useTypeName } from "../../../lib/process-types";
import { queries } from "../../../lib/query/client";
import { useList, useQuery } from "../../../lib/query/use";
import { Confidence, Status } from "../../../ui/badge";
import { LinkButton } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { Page } from "../../../ui/page";
import { Loading, Trouble } from "../../../ui/states";
import { Tabs } from "../../../ui/tabs";
import { may } from "../../session/session";
import { getProcess, hasChildren, listChildren, type Process } from "../api";
import { nameOf } from "../naming";
import { Actions } from "./actions";
import { Audit } from "./audit";
import { Ending, Reasons } from "./findings";
import { Outputs } from "./outputs";
import { ResultView } from "./result-view";
import { Timeline } from "./timeline";

const POLL_MS = 3_000;

/** One process: what was read, what happened to it, what can be done. */
export function ProcessPage() {
  const { params } = useRoute();
  const id = params.id ?? "";
  const asked = useQuery({
    key: ["process", id],
    read: (signal) => getProcess(id, signal),
    ...(isLive.value ? {} : { everyMs: POLL_MS }),
  });
  useEffect(
    () =>
      onSnapshot((snapshot) => {
        if (snapshot.process_id === id) void queries.invalidateQueries({ queryKey: ["process", id] });
      }),
    [id],
  );
  // What was erased meanwhile is not shown any longer, although it is still at hand.
  const process = asked.error?.status === 404 ? undefined : asked.data;
  if (!process)
    return (
      <Page title={t("processes.one")} wide>
        {asked.isError && asked.error ? (
          <Trouble problem={asked.error} again={() => void asked.refetch()} />
        ) : (
          <Loading rows={8} />
        )}
      </Page>
    );
  return <Known process={process} />;
}

function Known({ process }: { process: Process }) {
  const { query, route } = useLocation();
  const tab = (query as Record<string, string>).tab ?? "result";
  const id = process.process_id;
  const choose = (key: string) => route(`/processes/${id}${key === "result" ? "" : `?tab=${key}`}`, true);
  const waits = process.status === "hitl_review" && may("operator");
  useKeys(t("processes.one"), [
    { keys: "1", label: t("processes.tabs.result"), run: () => choose("result") },
    { keys: "2", label: t("processes.tabs.timeline"), run: () => choose("timeline") },
    { keys: "3", label: t("processes.tabs.outputs"), run: () => choose("outputs") },
    { keys: "4", label: t("processes.tabs.audit"), run: () => choose("audit") },
    { keys: "Escape", label: t("processes.keys.back"), run: () => route("/processes") },
    ...(waits ? [{ keys: "r", label: t("processes.review"), run: () => route(`/reviews/${id}`) }] : []),
  ]);
  return (
    <Page
      title={nameOf(process)}
      wide
      lead={<Facts process={process} />}
      actions={
        <>
          {waits && (
            <LinkButton look="primary" icon={ScanSearch} href={`/reviews/${id}`}>
              {t("processes.review")}
            </LinkButton>
          )}
          <Actions process={process} />
        </>
      }
    >
      <Ending process={process} />
      <Reasons process={process} />
      <Family process={process} />
      <Tabs
        label={t("processes.one")}
        chosen={tab}
        choose={choose}
        tabs={[
          { key: "result", title: t("processes.tabs.result"), panel: () => <ResultView process={process} /> },
          {
            key: "timeline",
            title: t("processes.tabs.timeline"),
            panel: () => <Timeline process={process} />,
          },
          { key: "outputs", title: t("processes.tabs.outputs"), panel: () => <Outputs process={process} /> },
          { key: "audit", title: t("processes.tabs.audit"), panel: () => <Audit process={process} /> },
        ]}
      />
    </Page>
  );
}

function Facts({ process }: { process: Process }) {
  const typeName = useTypeName();
  const tokens = process.total_tokens_input + process.total_tokens_output;
  return (
    <span class="flex flex-wrap items-center gap-x-4 gap-y-1 pt-1">
      <Status status={process.status} error={process.error} />
      {process.overall_confidence !== null && <Confidence of={process.overall_confidence} />}
      {process.process_type_id && (
        <span>
          {typeName(process.process_type_id)}
          {process.config_version !== null && (
            <span class="text-ink-faint"> · v{process.config_version}</span>
          )}
        </span>
      )}
      <time dateTime={process.created_at} title={dateTime(process.created_at)}>
        {ago(process.created_at)}
      </time>
      <span>{t("processes.by_way", { source: t(`source.${process.ingestion_source as "web"}`) })}</span>
      {tokens > 0 && <span class="numbers">{t("processes.tokens", { count: number(tokens) })}</span>}
      {process.external_id && <span class="break-all font-mono text-xs">{process.external_id}</span>}
    </span>
  );
}

/** What a process was split from, and what came of splitting it. */
function Family({ process }: { process: Process }) {
  const parent = process.parent_process_id;
  return (
    <>
      {parent && (
        <a href={`/processes/${parent}`} class="flex items-center gap-2 text-accent text-sm hover:underline">
          <Icon of={ArrowLeft} />
          {t("processes.parent")}
        </a>
      )}
      {hasChildren(process) && <Children id={process.process_id} />}
    </>
  );
}

function Children({ id }: { id: string }) {
  const list = useList<Process>({ key: ["process", id, "children"], read: listChildren(id) });
  if (list.rows.length === 0) return null;
  return (
    <section>
      <h2 class="mb-2 font-semibold text-sm">{t("processes.children")}</h2>
      <ul class="flex flex-wrap gap-2">
        {list.rows.map((row) => (
          <li key={row.process_id}>
            <a
              href={`/processes/${row.process_id}`}
              class="flex items-center gap-2 rounded-lg border border-line bg-surface px-3 py-1.5 text-sm hover:border-line-strong"
            >
              {nameOf(row)} <Status status={row.status} error={row.error} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
