import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { Icon } from "../../../ui/icon";

const TONES = {
  plain: ["border-line bg-sunken", "text-ink-soft"],
  doubt: ["border-doubt/30 bg-doubt-wash", "text-doubt"],
  bad: ["border-bad/30 bg-bad-wash", "text-bad"],
  accent: ["border-accent/30 bg-accent-wash", "text-accent"],
} as const;

/** Something to know before deciding: one sentence in bold, why below it, what can be done beside it. */
export function Notice({
  icon,
  tone = "plain",
  title,
  children,
  actions,
  isUrgent,
}: {
  icon: IconNode;
  tone?: keyof typeof TONES;
  title: ComponentChildren;
  children?: ComponentChildren;
  actions?: ComponentChildren;
  /** Read out at once. */
  isUrgent?: boolean;
}) {
  const [box, mark] = TONES[tone];
  return (
    <div role={isUrgent ? "alert" : undefined} class={`rounded-lg border px-3 py-2.5 text-sm ${box}`}>
      <div class="flex items-start gap-2.5">
        <Icon of={icon} class={`mt-0.5 ${mark}`} />
        <div class="min-w-0 flex-1">
          <p class="font-medium">{title}</p>
          {children && <div class="mt-0.5 text-ink-soft text-xs leading-5">{children}</div>}
        </div>
      </div>
      {actions && <div class="mt-2 flex flex-wrap gap-2 pl-6.5">{actions}</div>}
    </div>
  );
}
