import { RotateCcw, Send } from "lucide";
import { useState } from "preact/hooks";
import { ago, dateTime, duration } from "../../../../lib/format";
import { t, tn, tword } from "../../../../lib/i18n";
import { useAct, useList } from "../../../../lib/query/use";
import { said } from "../../../../lib/said";
import { Button } from "../../../../ui/button";
import { Dialog } from "../../../../ui/dialog";
import { Select } from "../../../../ui/field";
import { Listed } from "../../../../ui/listed";
import { Trouble } from "../../../../ui/states";
import { type Column, Table } from "../../../../ui/table";
import { toast } from "../../../../ui/toasts";
import {
  type Delivery,
  type DeliveryFilter,
  EVENTS,
  listDeliveries,
  redeliver,
  STATES,
  wentWell,
} from "../../webhooks";
import { DeliveryState } from "./state";

type Attempt = Delivery["attempts"][number];

const EVERY_MS = 5_000;
const eventName = (event: string) => tword("webhooks.event", event.replace(".", "_"));

/** What was sent, with every try; of one endpoint or of all. */
export function Deliveries({ endpointId }: { endpointId?: string }) {
  const [given, set] = useState({ state: "", event: "" });
  const [shown, setShown] = useState<string | null>(null);
  const filter: DeliveryFilter = {
    ...(endpointId ? { endpoint_id: endpointId } : {}),
    ...(given.state ? { state: given.state } : {}),
    ...(given.event ? { event_type: given.event } : {}),
  };
  const list = useList<Delivery>({
    key: ["webhook-deliveries", filter],
    read: listDeliveries(filter),
    everyMs: EVERY_MS,
  });
  const open = list.rows.find((row) => row.delivery_id === shown);
  return (
    <>
      <Listed
        title={t("webhooks.log")}
        actions={
          <span class="flex gap-2">
            <Select
              bare
              label={t("setup.state")}
              value={given.state}
              options={[
                { value: "", label: t("webhooks.any_state") },
                ...STATES.map((value) => ({ value, label: tword("webhooks.state", value) })),
              ]}
              onPick={(state) => set({ ...given, state })}
            />
            <Select
              bare
              label={t("webhooks.event_one")}
              value={given.event}
              options={[
                { value: "", label: t("webhooks.any_event") },
                ...[...EVENTS, "endpoint.test"].map((value) => ({ value, label: eventName(value) })),
              ]}
              onPick={(event) => set({ ...given, event })}
            />
          </span>
        }
        of={list}
        columns={columns(setShown)}
        keyOf={(row) => row.delivery_id}
        icon={Send}
        empty={t("webhooks.none_sent")}
        hint={t("webhooks.none_sent_hint")}
      />
      {open && <DeliveryDialog delivery={open} close={() => setShown(null)} />}
    </>
  );
}

const columns = (show: (id: string) => void): Column<Delivery>[] => [
  {
    title: t("webhooks.event_one"),
    cell: (row) => (
      <button
        type="button"
        class="text-left font-medium after:absolute after:inset-0 hover:text-accent"
        onClick={() => show(row.delivery_id)}
      >
        {eventName(row.event_type)}
      </button>
    ),
  },
  { title: t("setup.state"), cell: (row) => <DeliveryState state={row.state} /> },
  {
    title: t("webhooks.answer"),
    cell: (row) => <Answer attempt={row.attempts.at(-1)} />,
    class: "hidden md:table-cell",
  },
  {
    title: t("webhooks.tries"),
    cell: (row) => row.attempts.length,
    right: true,
    class: "hidden sm:table-cell",
  },
  {
    title: t("audit.when"),
    cell: (row) => (
      <time class="whitespace-nowrap" dateTime={row.created_at} title={dateTime(row.created_at)}>
        {ago(row.created_at)}
      </time>
    ),
    class: "hidden sm:table-cell text-ink-soft",
  },
];

/** The last try: its answer and how long it took. */
function Answer({ attempt }: { attempt: Attempt | undefined }) {
  if (!attempt) return <span class="text-ink-faint">–</span>;
  return (
    <span class="numbers whitespace-nowrap text-xs">
      <Came of={attempt} />
      <span class="text-ink-faint"> · {duration(attempt.duration_ms / 1000)}</span>
    </span>
  );
}

/** The receiver's status, or what went wrong before there was one. */
function Came({ of }: { of: Attempt }) {
  if (wentWell(of)) return <span class="text-good">{of.status}</span>;
  return <span class="text-bad">{of.status ?? faultOf(of.error)}</span>;
}

function faultOf(code: string | null | undefined): string {
  return code ? (said("webhooks.fault", code) ?? tword("problems", code)) : "–";
}

function DeliveryDialog({ delivery, close }: { delivery: Delivery; close: () => void }) {
  const again = useAct(redeliver, {
    invalidates: [["webhook-deliveries"]],
    done: () => toast(t("webhooks.redelivering")),
  });
  return (
    <Dialog
      title={eventName(delivery.event_type)}
      close={close}
      wide
      footer={
        <>
          <Button onClick={close}>{t("common.close")}</Button>
          <Button
            look="primary"
            icon={RotateCcw}
            isBusy={again.isRunning}
            disabled={delivery.state === "sending"}
            onClick={() => void again.run(delivery.delivery_id)}
          >
            {t("webhooks.redeliver")}
          </Button>
        </>
      }
    >
      <div class="flex flex-col gap-4">
        {again.problem && <Trouble problem={again.problem} compact />}
        <dl class="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[auto_1fr]">
          <dt class="text-ink-faint">{t("setup.state")}</dt>
          <dd>
            <DeliveryState state={delivery.state} />
            {delivery.next_try_at && (
              <span class="ml-2 text-ink-soft text-xs">
                {t("webhooks.next", { at: dateTime(delivery.next_try_at) })}
              </span>
            )}
          </dd>
          <dt class="text-ink-faint">{t("webhooks.id")}</dt>
          <dd>
            <code class="break-all font-mono text-xs">{delivery.webhook_id}</code>
          </dd>
          {delivery.process_id && (
            <>
              <dt class="text-ink-faint">{t("audit.process")}</dt>
              <dd>
                <a
                  class="break-all font-mono text-accent text-xs hover:underline"
                  href={`/processes/${delivery.process_id}`}
                >
                  {delivery.process_id}
                </a>
              </dd>
            </>
          )}
        </dl>
        {delivery.attempts.length === 0 ? (
          <p class="text-ink-soft text-sm">{t("webhooks.not_tried")}</p>
        ) : (
          <div class="rounded-lg border border-line">
            <Table
              label={tn("webhooks.tried", delivery.attempts.length)}
              columns={ATTEMPTS()}
              rows={delivery.attempts.map((attempt, place) => ({ ...attempt, place }))}
              keyOf={(row) => String(row.place)}
            />
          </div>
        )}
      </div>
    </Dialog>
  );
}

const ATTEMPTS = (): Column<Attempt & { place: number }>[] => [
  { title: t("webhooks.try"), cell: (row) => row.place + 1 },
  { title: t("audit.when"), cell: (row) => <span class="whitespace-nowrap">{dateTime(row.at)}</span> },
  {
    title: t("webhooks.answer"),
    cell: (row) => <Came of={row} />,
  },
  { title: t("webhooks.took"), cell: (row) => duration(row.duration_ms / 1000), right: true },
];
