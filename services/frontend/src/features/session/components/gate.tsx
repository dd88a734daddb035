import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Mark } from "../../../ui/mark";

/** The frame of every page before the sign-in. */
export function Gate({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: string;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · DocFlow AI`;
  }, [title]);
  return (
    <main class="flex min-h-dvh items-center justify-center p-4">
      <div class="w-full max-w-sm">
        <div class="mb-6 flex flex-col items-center gap-3 text-center">
          <Mark size={40} />
          <h1 class="font-semibold text-2xl tracking-tight">{title}</h1>
          {lead && <p class="text-ink-soft text-sm">{lead}</p>}
        </div>
        <div class="rounded-2xl border border-line bg-surface p-6 shadow-card">{children}</div>
      </div>
    </main>
  );
}
