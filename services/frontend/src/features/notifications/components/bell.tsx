import { Bell } from "lucide";
import { t, tn } from "../../../lib/i18n";
import { Icon } from "../../../ui/icon";
import { unread } from "../unread";

/** How many notifications wait to be read; opens them. */
export function BellButton({ open }: { open: () => void }) {
  const count = unread.value;
  const label = count ? tn("notifications.unread", Number.parseInt(count, 10)) : t("notifications.inbox");
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-label={label}
      title={label}
      onClick={open}
      class="relative inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-soft transition-colors hover:bg-sunken hover:text-ink"
    >
      <Icon of={Bell} />
      {count && <UnreadCount class="-top-0.5 -right-0.5 absolute" />}
    </button>
  );
}

/** The number in a small disc; nothing while there is none. */
export function UnreadCount({ class: extra = "" }: { class?: string }) {
  const count = unread.value;
  if (!count) return null;
  return (
    <span
      class={`numbers flex h-4 min-w-4 items-center justify-center rounded-full bg-accent px-1 font-medium text-2xs text-on-accent ${extra}`}
    >
      {Number.parseInt(count, 10) > 99 ? "99+" : count}
    </span>
  );
}
