import type { ComponentChildren } from "preact";
import { ago, dateTime, duration } from "../../../lib/format";
import { t, tn, tword } from "../../../lib/i18n";
import { useQuery } from "../../../lib/query/use";
import { Badge, type Tone } from "../../../ui/badge";
import { Card } from "../../../ui/page";
import { Shown } from "../../../ui/states";
import { readHealth, type SystemHealth } from "../api";
import { AdminFrame } from "./frame";

const EVERY_MS = 10_000;
/** From here on a wait is worth a look, and then a worry, in seconds. */
const LATE_S = 60;
const TOO_LATE_S = 600;
const TONES: Record<string, Tone> = { ok: "good", degraded: "doubt", pending: "doubt" };

/** What the installation stands on and how it keeps up, asked anew every ten seconds. */
export function Health() {
  const health = useQuery({ key: ["health"], read: readHealth, everyMs: EVERY_MS });
  return (
    <AdminFrame>
      <Shown of={health} rows={4}>
        {health.data && <Parts of={health.data} />}
      </Shown>
    </AdminFrame>
  );
}

function Parts({ of }: { of: SystemHealth }) {
  return (
    <div class="grid items-start gap-4 lg:grid-cols-2">
      <div class="flex min-w-0 flex-col gap-4">
        <Rows
          title={t("health.parts")}
          badge={<State of={of.status} />}
          rows={Object.entries(of.checks).map(([name, state]) => ({
            name: tword("admin.words.health_part", name),
            value: <State of={state} />,
          }))}
          note={t("health.version", { version: of.version })}
        />
        <Rows
          title={t("health.workers")}
          rows={of.services.map((each) => ({
            name: tword("admin.words.service", each.service),
            value: (
              <Badge tone={each.workers > 0 ? "good" : "bad"} dot>
                {tn("health.alive", each.workers)}
              </Badge>
            ),
          }))}
        />
        <Rows
          title={t("health.providers")}
          empty={t("health.no_provider")}
          rows={of.providers.map((each) => ({
            name: tword("admin.words.provider", each.provider),
            value: (
              <Badge tone={each.is_asked ? "good" : "doubt"} dot>
                {t(each.is_asked ? "health.asked" : "health.not_asked")}
              </Badge>
            ),
          }))}
        />
      </div>
      <div class="flex min-w-0 flex-col gap-4">
        <Rows
          title={t("health.queues")}
          rows={[
            ...of.stages.map((each) => ({
              name: tword("stage", each.stage),
              hint: each.in_hand_s > 0 && t("health.in_hand", { span: duration(each.in_hand_s) }),
              value: <Wait s={each.due_s} />,
            })),
            ...of.outgoing.map((each) => ({
              name: tword("admin.words.lane", each.lane),
              value: <Wait s={each.oldest_s} />,
            })),
          ]}
          note={t("health.queues_note")}
        />
        <Rows
          title={t("health.jobs")}
          empty={t("health.no_job")}
          rows={of.jobs.map((each) => ({
            name: tword("admin.words.job", each.name.replace(".", "_")),
            hint: each.last_finished_at && (
              <time dateTime={each.last_finished_at} title={dateTime(each.last_finished_at)}>
                {ago(each.last_finished_at)}
              </time>
            ),
            value: (
              <Badge tone={each.failed ? "bad" : "good"} dot>
                {t(each.failed ? "health.job_failed" : "health.job_done")}
              </Badge>
            ),
          }))}
        />
      </div>
    </div>
  );
}

function State({ of }: { of: string }) {
  return (
    <Badge tone={TONES[of] ?? "bad"} dot>
      {tword("admin.words.health_state", of)}
    </Badge>
  );
}

/** How long the oldest has waited; nothing waits below a second. */
function Wait({ s }: { s: number }) {
  const tone = s >= TOO_LATE_S ? "bad" : s >= LATE_S ? "doubt" : "good";
  return (
    <Badge tone={tone} dot>
      {s < 1 ? t("health.no_wait") : duration(s)}
    </Badge>
  );
}

interface Row {
  name: string;
  hint?: ComponentChildren;
  value: ComponentChildren;
}

function Rows({
  title,
  badge,
  rows,
  empty,
  note,
}: {
  title: string;
  badge?: ComponentChildren;
  rows: readonly Row[];
  empty?: string;
  note?: string;
}) {
  return (
    <Card title={title} actions={badge}>
      {rows.length === 0 && <p class="px-4 py-3 text-ink-soft text-sm">{empty ?? t("health.unknown")}</p>}
      <dl>
        {rows.map((row) => (
          <div
            key={row.name}
            class="flex items-center justify-between gap-3 border-line border-b px-4 py-2 last:border-0"
          >
            <dt class="text-sm">
              {row.name}
              {row.hint && <span class="ml-2 text-ink-faint text-xs">{row.hint}</span>}
            </dt>
            <dd>{row.value}</dd>
          </div>
        ))}
      </dl>
      {note && <p class="border-line border-t px-4 py-2 text-ink-faint text-xs">{note}</p>}
    </Card>
  );
}
