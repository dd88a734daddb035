import { Check, CircleAlert, CircleDashed, Hand, type IconNode, LoaderCircle, RotateCcw } from "lucide";
import { useState } from "preact/hooks";
import { dateTime, dollars, duration, number } from "../../../lib/format";
import { useNow } from "../../../lib/hooks";
import { region, t, tn, tword } from "../../../lib/i18n";
import { useQuery } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { Card } from "../../../ui/page";
import { Shown } from "../../../ui/states";
import { may } from "../../session/session";
import {
  getCost,
  getEvents,
  getStages,
  isFinal,
  mayRetry,
  type Process,
  STAGES,
  type Stage,
  type StageRun,
} from "../api";
import { eventText } from "./events";
import { Retry } from "./retry";

/** The stages with their attempts and durations, then everything that happened. */
export function Timeline({ process }: { process: Process }) {
  const id = process.process_id;
  const [retried, retry] = useState<Stage | null>(null);
  const stages = useQuery({ key: ["process", id, "stages"], read: (signal) => getStages(id, signal) });
  return (
    <div class="grid items-start gap-4 lg:grid-cols-2">
      <Card title={t("processes.stages")}>
        <Shown of={stages} rows={4}>
          <ol class="flex flex-col p-4">
            {STAGES.map((stage) => (
              <StageStep
                key={stage}
                stage={stage}
                runs={(stages.data?.data ?? []).filter((run) => run.stage === stage)}
                process={process}
                retry={may("operator") && mayRetry(process.status) ? () => retry(stage) : null}
              />
            ))}
          </ol>
        </Shown>
        {retried && <Retry process={process} from={retried} close={() => retry(null)} />}
        <Cost process={process} />
      </Card>
      <Events id={id} />
    </div>
  );
}

type Look = "done" | "busy" | "held" | "failed" | "ahead";

const LOOKS: Record<Look, { icon: IconNode; tone: string }> = {
  done: { icon: Check, tone: "bg-good-wash text-good" },
  busy: { icon: LoaderCircle, tone: "bg-accent-wash text-accent" },
  held: { icon: Hand, tone: "bg-doubt-wash text-doubt" },
  failed: { icon: CircleAlert, tone: "bg-bad-wash text-bad" },
  ahead: { icon: CircleDashed, tone: "bg-sunken text-ink-faint" },
};

function lookOf(stage: string, runs: readonly StageRun[], process: Process): Look {
  const last = runs.at(-1);
  if (!last) return "ahead";
  if (last.status === "failed") return "failed";
  if (last.status === "cancelled") return "ahead";
  if (process.status === "hitl_review" && process.current_stage === stage) return "held";
  return last.status === "done" ? "done" : "busy";
}

function StageStep({
  stage,
  runs,
  process,
  retry,
}: {
  stage: (typeof STAGES)[number];
  runs: readonly StageRun[];
  process: Process;
  /** Begins again with this stage. */
  retry: (() => void) | null;
}) {
  const look = lookOf(stage, runs, process);
  const { icon, tone } = LOOKS[look];
  return (
    <li class="group relative flex gap-3 pb-5 last:pb-0">
      <span class="absolute top-7 bottom-0 left-[13px] w-px bg-line group-last:hidden" aria-hidden="true" />
      <span class={`flex size-7 shrink-0 items-center justify-center rounded-full ${tone}`}>
        <Icon of={icon} size={14} class={look === "busy" ? "animate-spin" : ""} />
      </span>
      <div class="min-w-0 flex-1">
        <p class={`pt-1 font-medium text-sm ${look === "ahead" ? "text-ink-faint" : ""}`}>
          {t(`stage.${stage}`)}
          <span class="sr-only">: {t(`processes.looks.${look}`)}</span>
        </p>
        <ul class="flex flex-col">
          {runs.map((run) => (
            <Run key={run.run_id} run={run} isHeld={look === "held" && run === runs.at(-1)} />
          ))}
        </ul>
        {retry && runs.length > 0 && (
          <Button small look="quiet" icon={RotateCcw} class="-ml-2" onClick={retry}>
            {t("processes.retry_here")}
          </Button>
        )}
      </div>
    </li>
  );
}

function Run({ run, isHeld }: { run: StageRun; isHeld: boolean }) {
  const tokens = run.tokens_input + run.tokens_output;
  return (
    <li class="flex flex-wrap items-baseline justify-between gap-x-3 py-0.5 text-ink-soft text-xs">
      <span>
        {run.step !== run.stage.toLowerCase() && `${tword("step", run.step)} · `}
        {isHeld ? t("processes.looks.held") : tword("run", run.status)}
        {run.attempt > 1 && ` · ${t("processes.attempt", { number: run.attempt })}`}
        {run.failures > 0 && ` · ${tn("processes.failures", run.failures)}`}
        {run.error && <span class="text-bad"> · {tword("file_problems", run.error.code)}</span>}
        {run.status === "ready" && Date.parse(run.available_at) > Date.now() && (
          <span> · {t("processes.next_try", { at: dateTime(run.available_at) })}</span>
        )}
      </span>
      <span class="numbers text-ink-faint">
        {tokens > 0 && `${t("processes.tokens", { count: number(tokens) })} · `}
        {run.duration_ms !== null ? (
          duration(run.duration_ms / 1000)
        ) : run.started_at ? (
          <Running since={run.started_at} />
        ) : (
          ""
        )}
      </span>
    </li>
  );
}

function Running({ since }: { since: string }) {
  const now = useNow(1_000);
  return <>{duration(Math.max(0, Math.round((now - Date.parse(since)) / 1000)))}</>;
}

/** Tokens for everybody, what they cost for admins. */
function Cost({ process }: { process: Process }) {
  const { total_tokens_input: input, total_tokens_output: output } = process;
  const asked = useQuery({
    key: ["process", process.process_id, "cost"],
    read: (signal) => getCost(process, signal),
    enabled: may("admin") && input + output > 0,
  });
  const total = asked.data?.total;
  const end = process.completed_at;
  return (
    <dl class="grid grid-cols-2 gap-x-4 gap-y-2 border-line border-t px-4 py-3 text-sm sm:grid-cols-4">
      {end && isFinal(process.status) && (
        <Figure
          name={t("processes.lasted")}
          value={duration((Date.parse(end) - Date.parse(process.created_at)) / 1000)}
        />
      )}
      <Figure name={t("processes.tokens_in")} value={number(input)} />
      <Figure name={t("processes.tokens_out")} value={number(output)} />
      {total && (
        <Figure
          name={t("processes.cost")}
          value={
            total.cost === null
              ? t("processes.price_unknown")
              : dollars(Number(total.cost) * 1e6) + (total.unpriced_calls > 0 ? " +" : "")
          }
        />
      )}
    </dl>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt class="text-ink-faint text-xs">{name}</dt>
      <dd class="numbers font-medium">{value}</dd>
    </div>
  );
}

function Events({ id }: { id: string }) {
  const asked = useQuery({ key: ["process", id, "events"], read: (signal) => getEvents(id, signal) });
  const time = new Intl.DateTimeFormat(region.value, { timeStyle: "medium" });
  return (
    <Card title={t("processes.events")}>
      <Shown of={asked} rows={6}>
        <ol class="flex flex-col px-4 py-2 text-sm">
          {(asked.data?.data ?? []).map((event, at) => (
            <li key={at} class="flex gap-3 py-1">
              <time
                dateTime={event.occurred_at}
                title={dateTime(event.occurred_at)}
                class="numbers w-18 shrink-0 text-ink-faint text-xs leading-5"
              >
                {time.format(new Date(event.occurred_at))}
              </time>
              <span class="min-w-0">{eventText(event)}</span>
            </li>
          ))}
        </ol>
      </Shown>
    </Card>
  );
}
