import type { ComponentChildren } from "preact";
import { percent } from "../lib/format";
import { tword } from "../lib/i18n";

export type Tone = "plain" | "accent" | "good" | "doubt" | "bad";

const TONES: Record<Tone, string> = {
  plain: "bg-sunken text-ink-soft",
  accent: "bg-accent-wash text-accent",
  good: "bg-good-wash text-good",
  doubt: "bg-doubt-wash text-doubt",
  bad: "bg-bad-wash text-bad",
};

export function Badge({
  tone = "plain",
  dot,
  children,
}: {
  tone?: Tone;
  dot?: boolean;
  children: ComponentChildren;
}) {
  return (
    <span
      class={`inline-flex items-center gap-1.5 whitespace-nowrap rounded-full px-2 py-0.5 font-medium text-xs ${TONES[tone]}`}
    >
      {dot && <span class="size-1.5 rounded-full bg-current" aria-hidden="true" />}
      {children}
    </span>
  );
}

const OF_STATUS: Record<string, Tone> = {
  completed: "good",
  hitl_review: "doubt",
  failed: "bad",
  cancelled: "plain",
};

/** A process's status in words. What a reviewer rejected is cancelled with `error` of that code, and says so. */
export function Status({ status, error }: { status: string; error?: { code: string } | null }) {
  const tone = OF_STATUS[status] ?? "accent";
  const isRejected = status === "cancelled" && error?.code === "rejected";
  return (
    <Badge tone={tone} dot>
      {tword("status", isRejected ? "rejected" : status)}
    </Badge>
  );
}

/** Confidence 0..1 against the threshold from which it passes unseen. */
export function Confidence({ of, threshold = 0.8 }: { of: number | null | undefined; threshold?: number }) {
  if (of === null || of === undefined) return <span class="text-ink-faint">–</span>;
  const tone = of >= threshold ? "bg-good" : of >= threshold - 0.2 ? "bg-doubt" : "bg-bad";
  return (
    <span class="inline-flex items-center gap-2 whitespace-nowrap align-middle">
      <span class="h-1 w-10 shrink-0 overflow-hidden rounded-full bg-line" aria-hidden="true">
        <span class={`block h-full rounded-full ${tone}`} style={{ width: `${Math.round(of * 100)}%` }} />
      </span>
      <span class="numbers text-xs">{percent(Math.floor(of * 100) / 100)}</span>
    </span>
  );
}
