import { BellOff, CheckCheck } from "lucide";
import { useState } from "preact/hooks";
import { ago, dateTime } from "../../../lib/format";
import { t } from "../../../lib/i18n";
import { useAct, useList } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { Checkbox } from "../../../ui/field";
import { MoreRows } from "../../../ui/more-rows";
import { Empty, Shown, Trouble } from "../../../ui/states";
import { listNotifications, markAllRead, markRead, type Notification } from "../api";
import { worded } from "../wording";

const KEY = ["notifications"];
const DOTS: Record<string, string> = {
  info: "bg-accent",
  warning: "bg-doubt",
  error: "bg-bad",
  critical: "bg-bad",
};

/** What happened, newest first; opening one marks it read. */
export function Inbox({ close }: { close: () => void }) {
  const [onlyUnread, setOnlyUnread] = useState(false);
  const list = useList<Notification>({
    key: [...KEY, "list", onlyUnread],
    read: listNotifications(onlyUnread),
    staleMs: 0,
  });
  const read = useAct(markRead, { invalidates: [KEY] });
  const readAll = useAct(markAllRead, { invalidates: [KEY] });
  const problem = read.problem ?? readAll.problem;
  const seen = (row: Notification) => {
    if (!row.is_read) void read.run(row.notification_id);
  };
  return (
    <Dialog title={t("notifications.inbox")} close={close} drawer>
      <div class="mb-3 flex flex-wrap items-center justify-between gap-2">
        <Checkbox label={t("notifications.only_unread")} checked={onlyUnread} onToggle={setOnlyUnread} />
        <Button
          small
          icon={CheckCheck}
          isBusy={readAll.isRunning}
          disabled={list.rows.every((row) => row.is_read)}
          onClick={() => void readAll.run()}
        >
          {t("notifications.read_all")}
        </Button>
      </div>
      {problem && <Trouble problem={problem} compact />}
      <Shown
        of={list}
        isEmpty={list.rows.length === 0}
        empty={
          <Empty icon={BellOff} title={t(onlyUnread ? "notifications.all_read" : "notifications.none")}>
            {t("notifications.none_hint")}
          </Empty>
        }
      >
        <ul class="-mx-4 divide-y divide-line border-line border-y">
          {list.rows.map((row) => (
            <Row key={row.notification_id} row={row} seen={() => seen(row)} close={close} />
          ))}
        </ul>
        <MoreRows of={list} />
      </Shown>
      <p class="mt-3 text-ink-faint text-xs">
        <a href="/profile" class="text-accent hover:underline" onClick={close}>
          {t("notifications.choose")}
        </a>
      </p>
    </Dialog>
  );
}

function Row({ row, seen, close }: { row: Notification; seen: () => void; close: () => void }) {
  const { title, detail } = worded(row);
  const open = () => {
    seen();
    close();
  };
  return (
    <li
      class={`relative flex gap-3 px-4 py-3 text-sm hover:bg-sunken ${row.is_read ? "" : "bg-accent-wash/40"}`}
    >
      <span
        aria-hidden="true"
        class={`mt-1.5 size-2 shrink-0 rounded-full ${row.is_read ? "bg-transparent" : (DOTS[row.severity] ?? "bg-accent")}`}
      />
      <div class="min-w-0 flex-1">
        <p class={row.is_read ? "text-ink-soft" : "font-medium"}>
          {row.process_id ? (
            <a href={`/processes/${row.process_id}`} class="after:absolute after:inset-0" onClick={open}>
              {title}
            </a>
          ) : (
            title
          )}
          {!row.is_read && <span class="sr-only"> ({t("notifications.new")})</span>}
        </p>
        {detail && <p class="text-ink-soft text-xs">{detail}</p>}
        <time class="text-ink-faint text-xs" dateTime={row.created_at} title={dateTime(row.created_at)}>
          {ago(row.created_at)}
        </time>
      </div>
      {!row.is_read && (
        <Button small look="quiet" class="relative self-start" onClick={seen}>
          {t("notifications.mark_read")}
        </Button>
      )}
    </li>
  );
}
