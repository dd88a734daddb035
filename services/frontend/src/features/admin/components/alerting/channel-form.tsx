import { Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { t, tword } from "../../../../lib/i18n";
import { useAct } from "../../../../lib/query/use";
import { spans } from "../../../../lib/spans";
import { Button } from "../../../../ui/button";
import { Confirm } from "../../../../ui/confirm";
import { Checkbox, Select } from "../../../../ui/field";
import { FormDialog } from "../../../../ui/form-dialog";
import { Picks } from "../../../../ui/picks";
import {
  type Channel,
  changeChannel,
  type Kind,
  makeChannel,
  removeChannel,
  type Told,
} from "../../alerting";
import { DestinationFields } from "./destination-fields";

const TOLD: readonly Told[] = [
  "hitl_required",
  "process_failed",
  "low_confidence",
  "fraud_detected",
  "process_completed",
  "quota_warning",
  "alert",
];
const WINDOWS_S = [0, 60, 300, 900, 3_600, 14_400, 86_400];
const KEY = ["notification-channels"];

/** A new channel, or changes of one there is. Where it leads is sealed: it can be set anew and never seen. */
export function ChannelForm({ channel, close }: { channel?: Channel; close: () => void }) {
  const [given, set] = useState({
    kind: (channel?.kind ?? "email") as Kind,
    name: channel?.name ?? "",
    target: "",
    events: (channel?.events ?? ["hitl_required", "process_failed", "alert"]) as Told[],
    window_s: channel?.window_s ?? 60,
    is_active: channel?.is_active ?? true,
  });
  const done = { invalidates: [KEY], done: close };
  const make = useAct(makeChannel, done);
  const change = useAct((values: object) => changeChannel(channel as Channel, values as never), done);
  const [isAsking, setAsking] = useState(false);
  const remove = useAct(() => removeChannel(channel?.channel_id ?? ""), done);
  const submit = () => {
    const { kind, target, is_active, ...rest } = given;
    if (channel) void change.run({ ...rest, is_active, ...(target ? { target } : {}) });
    else void make.run({ ...rest, kind, target });
  };
  if (isAsking && channel)
    return (
      <Confirm
        title={t("notifications.remove_title", { name: channel.name })}
        act={t("notifications.remove")}
        isBusy={remove.isRunning}
        problem={remove.problem}
        run={() => void remove.run()}
        close={() => setAsking(false)}
      >
        {t("notifications.remove_channel_lead")}
      </Confirm>
    );
  return (
    <FormDialog
      title={channel ? channel.name : t("notifications.add_channel")}
      act={t(channel ? "common.save" : "notifications.add_channel")}
      isBusy={make.isRunning || change.isRunning}
      disabled={given.events.length === 0}
      problem={make.problem ?? change.problem}
      submit={submit}
      close={close}
      actions={
        channel && (
          <Button look="danger" icon={Trash2} class="mr-auto" onClick={() => setAsking(true)}>
            {t("notifications.remove")}
          </Button>
        )
      }
    >
      <DestinationFields
        given={given}
        change={(part) => set({ ...given, ...part })}
        {...(channel ? { kept: channel.shown_target ?? "–" } : {})}
      />
      <Picks
        legend={t("notifications.about")}
        columns
        options={TOLD.map((value) => ({ value, label: tword("notifications.type", value) }))}
        chosen={given.events}
        pick={(events) => set({ ...given, events })}
      />
      <Select
        label={t("notifications.together")}
        hint={t("notifications.together_channel")}
        value={String(given.window_s)}
        options={spans(WINDOWS_S, given.window_s)}
        onPick={(picked) => set({ ...given, window_s: Number(picked) })}
      />
      {channel && (
        <Checkbox
          label={t("notifications.is_on")}
          checked={given.is_active}
          onToggle={(is_active) => set({ ...given, is_active })}
        />
      )}
    </FormDialog>
  );
}
