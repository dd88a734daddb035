import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

/** A page: its title is the window's, its actions stand beside it. `wide` pages take the whole room. */
export function Page({
  title,
  lead,
  actions,
  wide,
  children,
}: {
  title: string;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · DocFlow AI`;
  }, [title]);
  return (
    <div class={`mx-auto flex w-full flex-col gap-5 p-4 pb-24 md:p-6 md:pb-8 ${wide ? "" : "max-w-6xl"}`}>
      <header class="flex flex-wrap items-start justify-between gap-3">
        <div class="min-w-0 flex-1 basis-48 sm:basis-72">
          <h1 class="text-balance break-words font-semibold text-xl tracking-tight">{title}</h1>
          {lead && <p class="mt-0.5 text-ink-soft text-sm">{lead}</p>}
        </div>
        {actions && <div class="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Card({
  title,
  actions,
  children,
  class: extra = "",
}: {
  title?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}) {
  return (
    <section class={`min-w-0 rounded-xl border border-line bg-surface shadow-card ${extra}`}>
      {(title || actions) && (
        <header class="flex min-h-12 flex-wrap items-center justify-between gap-2 border-line border-b px-4 py-2">
          <h2 class="font-semibold text-sm">{title}</h2>
          {actions && <div class="flex items-center gap-1">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
