import { LogOut, Monitor } from "lucide";
import { ago, dateTime } from "../../../lib/format";
import { t } from "../../../lib/i18n";
import { useAct, useQuery } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button, IconButton } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { Card } from "../../../ui/page";
import { Shown, Trouble } from "../../../ui/states";
import { endOtherSessions, endSession, getSessions, type SessionRow } from "../api";

const KEY = ["sessions"];

/** Where the person is signed in, and the end of it. */
export function Sessions() {
  const asked = useQuery({ key: KEY, read: getSessions });
  const endAll = useAct(endOtherSessions, { invalidates: [KEY] });
  const end = useAct(endSession, { invalidates: [KEY] });
  const rows = asked.data?.data ?? [];
  const problem = end.problem ?? endAll.problem;
  return (
    <Card
      title={t("profile.sessions")}
      actions={
        rows.length > 1 && (
          <Button small look="quiet" isBusy={endAll.isRunning} onClick={() => void endAll.run()}>
            {t("profile.end_others")}
          </Button>
        )
      }
    >
      <Shown of={asked} rows={3}>
        {problem && <Trouble problem={problem} />}
        <ul class="divide-y divide-line">
          {rows.map((row) => (
            <Row key={row.session_id} row={row} end={() => void end.run(row.session_id)} />
          ))}
        </ul>
      </Shown>
    </Card>
  );
}

function Row({ row, end }: { row: SessionRow; end: () => void }) {
  const device = row.device ?? t("profile.unknown_device");
  return (
    <li class="flex items-center gap-3 px-4 py-2.5 text-sm">
      <Icon of={Monitor} class="text-ink-faint" />
      <div class="min-w-0 flex-1">
        <p class="flex items-center gap-2 truncate">
          {device} {row.current && <Badge tone="accent">{t("profile.here")}</Badge>}
        </p>
        <p class="text-ink-faint text-xs" title={dateTime(row.created_at)}>
          {[row.address, t("profile.last_used", { ago: ago(row.last_used_at) })].filter(Boolean).join(" · ")}
        </p>
      </div>
      {!row.current && <IconButton icon={LogOut} label={t("profile.end", { device })} onClick={end} />}
    </li>
  );
}
