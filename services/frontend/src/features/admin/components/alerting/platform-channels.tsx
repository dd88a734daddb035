import { Megaphone, Plus, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { ago } from "../../../../lib/format";
import { t } from "../../../../lib/i18n";
import { useAct, useList } from "../../../../lib/query/use";
import { Button, IconButton } from "../../../../ui/button";
import { Confirm } from "../../../../ui/confirm";
import { FormDialog } from "../../../../ui/form-dialog";
import { Listed } from "../../../../ui/listed";
import { Trouble } from "../../../../ui/states";
import type { Column } from "../../../../ui/table";
import { toast } from "../../../../ui/toasts";
import {
  type Destination,
  listPlatformChannels,
  makePlatformChannel,
  type PlatformChannel,
  removePlatformChannel,
  testPlatformChannel,
} from "../../alerting";
import { ChannelName, ChannelState } from "./channel-cells";
import { DestinationFields } from "./destination-fields";

const KEY = ["platform-channels"];

/** Where every alert of the platform goes. A channel is made and removed; it has nothing to be changed. */
export function PlatformChannels() {
  const [open, setOpen] = useState<PlatformChannel | "new" | null>(null);
  const close = () => setOpen(null);
  const channels = useList<PlatformChannel>({ key: KEY, read: listPlatformChannels, everyMs: 10_000 });
  const test = useAct((channel: PlatformChannel) => testPlatformChannel(channel.channel_id), {
    done: () => toast(t("notifications.test_sent")),
  });
  return (
    <>
      {test.problem && <Trouble problem={test.problem} compact />}
      <Listed
        title={t("notifications.channels")}
        actions={
          <Button small icon={Plus} onClick={() => setOpen("new")}>
            {t("notifications.add_channel")}
          </Button>
        }
        of={channels}
        columns={columns(setOpen, (channel) => void test.run(channel))}
        keyOf={(row) => row.channel_id}
        icon={Megaphone}
        empty={t("notifications.no_channel")}
        hint={t("notifications.no_platform_channel_hint")}
      />
      {open === "new" && <NewChannel close={close} />}
      {open && open !== "new" && <RemoveChannel channel={open} close={close} />}
    </>
  );
}

function NewChannel({ close }: { close: () => void }) {
  const [given, set] = useState<Destination>({ kind: "email", name: "", target: "" });
  const make = useAct(makePlatformChannel, { invalidates: [KEY], done: close });
  return (
    <FormDialog
      title={t("notifications.add_channel")}
      act={t("notifications.add_channel")}
      isBusy={make.isRunning}
      problem={make.problem}
      submit={() => void make.run(given)}
      close={close}
    >
      <DestinationFields given={given} change={(part) => set({ ...given, ...part })} />
    </FormDialog>
  );
}

function RemoveChannel({ channel, close }: { channel: PlatformChannel; close: () => void }) {
  const remove = useAct(() => removePlatformChannel(channel.channel_id), {
    invalidates: [KEY],
    done: close,
  });
  return (
    <Confirm
      title={t("notifications.remove_title", { name: channel.name })}
      act={t("notifications.remove")}
      isBusy={remove.isRunning}
      problem={remove.problem}
      run={() => void remove.run()}
      close={close}
    >
      {t("notifications.remove_channel_lead")}
    </Confirm>
  );
}

const columns = (
  remove: (channel: PlatformChannel) => void,
  test: (channel: PlatformChannel) => void,
): Column<PlatformChannel>[] => [
  { title: t("setup.name"), cell: (row) => <ChannelName channel={row} /> },
  {
    title: t("setup.state"),
    cell: (row) => <ChannelState channel={row} />,
    class: "hidden sm:table-cell",
  },
  {
    title: t("notifications.last_message"),
    cell: (row) => (row.last_delivered_at ? ago(row.last_delivered_at) : "–"),
    class: "hidden md:table-cell text-ink-soft whitespace-nowrap",
  },
  {
    title: t("people.act"),
    right: true,
    cell: (row) => (
      <span class="inline-flex items-center justify-end gap-1">
        <Button small onClick={() => test(row)}>
          {t("notifications.test")}
        </Button>
        <IconButton
          icon={Trash2}
          label={`${t("notifications.remove")}: ${row.name}`}
          onClick={() => remove(row)}
        />
      </span>
    ),
  },
];
