import { Send } from "lucide";
import { dateTime } from "../../../../lib/format";
import { t, tword } from "../../../../lib/i18n";
import { useList } from "../../../../lib/query/use";
import { said } from "../../../../lib/said";
import { Badge, type Tone } from "../../../../ui/badge";
import { Dialog } from "../../../../ui/dialog";
import { Listed } from "../../../../ui/listed";
import type { Column } from "../../../../ui/table";
import { type Channel, listMessages, type Message } from "../../alerting";

const EVERY_MS = 2_000;
const TONES: Record<string, Tone> = { delivered: "good", failed: "bad", pending: "doubt" };

/** What a channel sent and will send; a test shows up here within seconds. */
export function Messages({ channel, close }: { channel: Channel; close: () => void }) {
  const list = useList<Message>({
    key: ["notification-channels", channel.channel_id, "messages"],
    read: listMessages(channel.channel_id),
    everyMs: EVERY_MS,
  });
  return (
    <Dialog title={t("notifications.messages_of", { name: channel.name })} close={close} wide>
      <Listed
        label={t("notifications.messages")}
        of={list}
        columns={COLUMNS()}
        keyOf={(row) => row.message_id}
        icon={Send}
        empty={t("notifications.no_message")}
      />
    </Dialog>
  );
}

function contentOf(row: Message): string {
  if (row.is_test) return t("notifications.test_message");
  return Object.entries(row.counts)
    .map(([type, count]) => `${count} × ${tword("notifications.type", type)}`)
    .join(", ");
}

const COLUMNS = (): Column<Message>[] => [
  { title: t("notifications.content"), cell: contentOf },
  {
    title: t("setup.state"),
    cell: (row) => (
      <span class="flex flex-col items-start gap-0.5 py-1">
        <Badge tone={TONES[row.state] ?? "plain"} dot>
          {tword("notifications.message_state", row.state)}
        </Badge>
        {row.error_code && (
          <span class="text-ink-soft text-xs">
            {said("notifications.fault", row.error_code) ?? tword("problems", row.error_code)}{" "}
            <code class="font-mono text-2xs text-ink-faint">{row.error_code}</code>
          </span>
        )}
      </span>
    ),
  },
  { title: t("webhooks.tries"), cell: (row) => row.attempts, right: true, class: "hidden sm:table-cell" },
  {
    title: t("audit.when"),
    cell: (row) => <span class="whitespace-nowrap">{dateTime(row.finished_at ?? row.available_at)}</span>,
    class: "hidden sm:table-cell text-ink-soft",
  },
];
