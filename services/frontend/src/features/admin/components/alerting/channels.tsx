import { Pencil } from "lucide";
import { useState } from "preact/hooks";
import { t, tword } from "../../../../lib/i18n";
import { useAct, useList } from "../../../../lib/query/use";
import { Button, IconButton } from "../../../../ui/button";
import type { Column } from "../../../../ui/table";
import { type Channel, listChannels, testChannel } from "../../alerting";
import { ChannelForm } from "./channel-form";
import { ChannelList } from "./channel-list";
import { Messages } from "./messages";

type Open = { what: "new" } | { what: "edit" | "messages"; channel: Channel } | null;

const KEY = ["notification-channels"];

/** The client's channels, each about the events it was made for. */
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
      <ChannelList
        of={channels}
        test={test}
        add={() => setOpen({ what: "new" })}
        hint={t("notifications.no_channel_hint")}
        more={[about()]}
        acts={(channel) => (
          <>
            <Button small look="quiet" onClick={() => setOpen({ what: "messages", channel })}>
              {t("notifications.messages")}
            </Button>
            <IconButton
              icon={Pencil}
              label={t("notifications.edit", { name: channel.name })}
              onClick={() => setOpen({ what: "edit", channel })}
            />
          </>
        )}
      />
      {open?.what === "new" && <ChannelForm close={close} />}
      {open?.what === "edit" && <ChannelForm channel={open.channel} close={close} />}
      {open?.what === "messages" && <Messages channel={open.channel} close={close} />}
    </>
  );
}

const about = (): Column<Channel> => ({
  title: t("notifications.about"),
  cell: (row) => (
    <span class="text-ink-soft text-xs">
      {row.events.map((each) => tword("notifications.type", each)).join(", ")}
    </span>
  ),
  class: "hidden lg:table-cell",
});
