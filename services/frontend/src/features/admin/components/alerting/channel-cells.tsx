import { t, tword } from "../../../../lib/i18n";
import { said } from "../../../../lib/said";
import { Badge } from "../../../../ui/badge";
import type { PlatformChannel } from "../../alerting";

type Shown = Pick<PlatformChannel, "kind" | "name" | "failing_since" | "last_error_code"> & {
  shown_target: string | null;
  is_active?: boolean;
};

export function ChannelName({ channel }: { channel: Shown }) {
  return (
    <span class="block py-1">
      <span class="block font-medium">{channel.name}</span>
      <span class="block break-all text-ink-faint text-xs">
        {tword("notifications.kind", channel.kind)}
        {channel.shown_target && ` · ${channel.shown_target}`}
      </span>
    </span>
  );
}

export function ChannelState({ channel }: { channel: Shown }) {
  if (channel.is_active === false) return <Badge>{t("notifications.off")}</Badge>;
  if (!channel.failing_since)
    return (
      <Badge tone="good" dot>
        {t("notifications.on")}
      </Badge>
    );
  const code = channel.last_error_code;
  return (
    <span class="flex flex-col items-start gap-0.5 py-1">
      <Badge tone="bad" dot>
        {t("notifications.failing")}
      </Badge>
      {code && (
        <span class="text-ink-soft text-xs" title={code}>
          {said("notifications.fault", code) ?? code}
        </span>
      )}
    </span>
  );
}
