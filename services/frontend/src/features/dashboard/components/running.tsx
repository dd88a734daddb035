import { Coffee, Upload } from "lucide";
import { duration } from "../../../lib/format";
import { useNow } from "../../../lib/hooks";
import { t } from "../../../lib/i18n";
import { isLive } from "../../../lib/live";
import { useQuery } from "../../../lib/query/use";
import { Status } from "../../../ui/badge";
import { LinkButton } from "../../../ui/button";
import { Card } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { may } from "../../session/session";
import { getRunning, SHOWN } from "../api";

export function Running() {
  const asked = useQuery({
    key: ["dashboard", "running"],
    read: getRunning,
    ...(isLive.value ? {} : { everyMs: 4_000 }),
  });
  const rows = asked.data?.data ?? [];
  const now = useNow(1_000);
  return (
    <Card
      title={t("dashboard.running")}
      actions={
        may("operator") && (
          <LinkButton icon={Upload} href="/upload" class="h-8!">
            {t("processes.hand_in")}
          </LinkButton>
        )
      }
    >
      <Shown
        of={asked}
        rows={3}
        isEmpty={rows.length === 0}
        empty={
          <Empty icon={Coffee} title={t("dashboard.nothing_runs")}>
            {t("dashboard.nothing_runs_hint")}
          </Empty>
        }
      >
        <ul class="flex flex-col p-2">
          {rows.map((process) => (
            <li key={process.process_id}>
              <a
                href={`/processes/${process.process_id}`}
                class="flex items-center gap-3 rounded-lg px-2 py-1.5 text-sm hover:bg-sunken"
              >
                <span class="min-w-0 flex-1 truncate">
                  {process.documents[0]?.file_name ?? process.process_id}
                </span>
                <Status status={process.status} />
                <span class="numbers w-14 text-right text-ink-faint text-xs">
                  {duration(Math.max(0, Math.round((now - Date.parse(process.created_at)) / 1000)))}
                </span>
              </a>
            </li>
          ))}
        </ul>
        {asked.data?.has_more && (
          <a href="/processes?status=running" class="block px-4 pb-3 text-accent text-xs hover:underline">
            {t("dashboard.more_running", { count: SHOWN })}
          </a>
        )}
      </Shown>
    </Card>
  );
}
