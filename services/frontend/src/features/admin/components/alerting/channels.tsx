import { Megaphone, Pencil, Plus } from "lucide";
import { useState } from "preact/hooks";
import { ago } from "../../../../lib/format";
import { t, tword } from "../../../../lib/i18n";
import { useAct, useList } from "../../../../lib/query/use";
import { Button, IconButton } from "../../../../ui/button";
import { Listed } from "../../../../ui/listed";
import { Trouble } from "../../../../ui/states";
import type { Column } from "../../../../ui/table";
import { type Channel, listChannels, testChannel } from "../../alerting";
import { ChannelName, ChannelState } from "./channel-cells";
import { ChannelForm } from "./channel-form";
import { Messages } from "./messages";

type Open = { what: "new" } | { what: "edit" | "messages"; channel: Channel } | null;

const KEY = ["notification-channels"];

/** Mailboxes, chats and phones, and how they fare. */
export function Channels() {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const channels = useList<Channel>({ key: KEY, read: listChannels, everyMs: 15_000 });
  const test = useAct((channel: Channel) => testChannel(channel.channel_id), {
    invalidates: [KEY],
    done: (_, channel) => setOpen({ what: "messages", channel }),
  });
  return (
    <>
      {test.problem && <Trouble problem={test.problem} compact />}
      <Listed
        title={t("notifications.channels")}
        actions={
          <Button small icon={Plus} onClick={() => setOpen({ what: "new" })}>
            {t("notifications.add_channel")}
          </Button>
        }
        of={channels}
        columns={columns(setOpen, (channel) => void test.run(channel))}
        keyOf={(row) => row.channel_id}
        icon={Megaphone}
        empty={t("notifications.no_channel")}
        hint={t("notifications.no_channel_hint")}
      />
      {open?.what === "new" && <ChannelForm close={close} />}
      {open?.what === "edit" && <ChannelForm channel={open.channel} close={close} />}
      {open?.what === "messages" && <Messages channel={open.channel} close={close} />}
    </>
  );
}

const columns = (open: (next: Open) => void, test: (channel: Channel) => void): Column<Channel>[] => [
  {
    title: t("setup.name"),
    cell: (row) => <ChannelName channel={row} />,
  },
  {
    title: t("notifications.about"),
    cell: (row) => (
      <span class="text-ink-soft text-xs">
        {row.events.map((each) => tword("notifications.type", each)).join(", ")}
      </span>
    ),
    class: "hidden lg:table-cell",
  },
  { title: t("setup.state"), cell: (row) => <ChannelState channel={row} />, class: "hidden sm:table-cell" },
  {
    title: t("notifications.last_message"),
    cell: (row) => (row.last_delivered_at ? ago(row.last_delivered_at) : "–"),
    class: "hidden md:table-cell text-ink-soft whitespace-nowrap",
  },
  {
    title: t("people.act"),
    right: true,
    cell: (row) => (
      <span class="inline-flex flex-wrap items-center justify-end gap-1 sm:flex-nowrap">
        <Button small disabled={!row.is_active} onClick={() => test(row)}>
          {t("notifications.test")}
        </Button>
        <Button small look="quiet" onClick={() => open({ what: "messages", channel: row })}>
          {t("notifications.messages")}
        </Button>
        <IconButton
          icon={Pencil}
          label={t("notifications.edit", { name: row.name })}
          onClick={() => open({ what: "edit", channel: row })}
        />
      </span>
    ),
  },
];
