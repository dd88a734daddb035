import { RotateCcw, Send } from "lucide";
import type { ComponentChildren } from "preact";
import { ago, dateTime, duration } from "../../../lib/format";
import { t, tn, tword } from "../../../lib/i18n";
import { useAct, useQuery } from "../../../lib/query/use";
import { said } from "../../../lib/said";
import { Badge, type Tone } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/page";
import { Empty, Shown, Trouble } from "../../../ui/states";
import { may } from "../../session/session";
import { type Delivery, getOutputs, type OutputAction, type Process, redeliver, retryAction } from "../api";

const POLL_MS = 3_000;
const UNDER_WAY = new Set(["pending", "executing", "retrying", "sending"]);
const TONES: Record<string, Tone> = { completed: "good", delivered: "good", failed: "bad" };

/** Where the result went: each target with its state and tries, and what can be tried again. */
export function Outputs({ process }: { process: Process }) {
  const id = process.process_id;
  const asked = useQuery({
    key: ["process", id, "outputs"],
    read: (signal) => getOutputs(id, signal),
    everyMs: POLL_MS,
  });
  const { actions = [], deliveries = [] } = asked.data ?? {};
  return (
    <Card title={t("processes.tabs.outputs")}>
      <Shown
        of={asked}
        isEmpty={actions.length + deliveries.length === 0}
        empty={
          <Empty icon={Send} title={t("processes.no_outputs")}>
            {t("processes.no_outputs_hint")}
          </Empty>
        }
      >
        <ul class="divide-y divide-line">
          {actions.map((action) => (
            <Action key={action.action_id} action={action} />
          ))}
          {deliveries.map((delivery) => (
            <Message key={delivery.delivery_id} delivery={delivery} />
          ))}
        </ul>
      </Shown>
    </Card>
  );
}

function Action({ action }: { action: OutputAction }) {
  const act = useAct(() => retryAction(action.action_id), {
    invalidates: [["process", action.process_id]],
  });
  const waits = action.status === "pending" || action.status === "retrying";
  const mayRetry = may("operator") && (action.status === "failed" || (waits && action.retry_count > 0));
  return (
    <Row
      name={tword("output_action", action.action_type)}
      state={action.status}
      at={action.finished_at ?? action.started_at ?? action.created_at}
      nextTry={action.next_try_at}
      act={
        mayRetry && (
          <Button small icon={RotateCcw} isBusy={act.isRunning} onClick={() => void act.run()}>
            {t(waits ? "processes.try_now" : "processes.try_again")}
          </Button>
        )
      }
    >
      {action.retry_count > 0 && (
        <p>{tn("processes.tries", action.retry_count, { most: action.max_retries })}</p>
      )}
      {action.error_message && (
        <p class="break-words text-bad first-letter:uppercase">{action.error_message}</p>
      )}
      {act.problem && <Trouble problem={act.problem} compact />}
    </Row>
  );
}

function Message({ delivery }: { delivery: Delivery }) {
  const act = useAct(() => redeliver(delivery.delivery_id), {
    invalidates: delivery.process_id ? [["process", delivery.process_id]] : [],
  });
  const isOver = !UNDER_WAY.has(delivery.state);
  return (
    <Row
      name={`${t("processes.webhook")}: ${tword("webhooks.event", delivery.event_type.replaceAll(".", "_"))}`}
      state={delivery.state}
      at={delivery.finished_at ?? delivery.created_at}
      nextTry={delivery.next_try_at}
      act={
        may("admin") &&
        isOver && (
          <Button small icon={RotateCcw} isBusy={act.isRunning} onClick={() => void act.run()}>
            {t("processes.redeliver")}
          </Button>
        )
      }
    >
      <p class="break-all">{delivery.host}</p>
      <ol class="flex flex-col">
        {delivery.attempts.map((each, place) => (
          <li key={each.at} class="flex flex-wrap gap-x-2">
            <span>{t("processes.attempt", { number: place + 1 })}</span>
            <time dateTime={each.at} title={dateTime(each.at)}>
              {ago(each.at)}
            </time>
            <span class={each.error ? "text-bad" : ""}>
              {each.error ? (said("webhooks.fault", each.error) ?? each.error) : `HTTP ${each.status}`}
            </span>
            <span class="numbers text-ink-faint">{duration(each.duration_ms / 1000)}</span>
          </li>
        ))}
      </ol>
      {act.problem && <Trouble problem={act.problem} compact />}
    </Row>
  );
}

interface RowProps {
  name: string;
  state: string;
  at: string;
  nextTry: string | null;
  act: ComponentChildren;
  children: ComponentChildren;
}

function Row({ name, state, at, nextTry, act, children }: RowProps) {
  return (
    <li class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <div class="min-w-0 flex-1 basis-60">
        <p class="flex flex-wrap items-center gap-2 text-sm">
          <span class="break-all font-medium">{name}</span>
          <Badge dot tone={TONES[state] ?? "accent"}>
            {tword("output_state", state)}
          </Badge>
          <time dateTime={at} title={dateTime(at)} class="text-ink-faint text-xs">
            {ago(at)}
          </time>
        </p>
        <div class="mt-1 flex flex-col gap-1 text-ink-soft text-xs">
          {children}
          {nextTry && Date.parse(nextTry) > Date.now() && (
            <p>{t("processes.next_try", { at: dateTime(nextTry) })}</p>
          )}
        </div>
      </div>
      {act}
    </li>
  );
}
