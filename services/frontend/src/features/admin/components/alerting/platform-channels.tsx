import { Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../../../lib/i18n";
import { useAct, useList } from "../../../../lib/query/use";
import { IconButton } from "../../../../ui/button";
import { Confirm } from "../../../../ui/confirm";
import { FormDialog } from "../../../../ui/form-dialog";
import { toast } from "../../../../ui/toasts";
import {
  type Destination,
  listPlatformChannels,
  makePlatformChannel,
  type PlatformChannel,
  removePlatformChannel,
  testPlatformChannel,
} from "../../alerting";
import { ChannelList } from "./channel-list";
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
      <ChannelList
        of={channels}
        test={test}
        add={() => setOpen("new")}
        hint={t("notifications.no_platform_channel_hint")}
        acts={(channel) => (
          <IconButton
            icon={Trash2}
            label={`${t("notifications.remove")}: ${channel.name}`}
            onClick={() => setOpen(channel)}
          />
        )}
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
