import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { useCutEnds } from "./cut-ends";

export interface Tab {
  key: string;
  title: ComponentChildren;
  panel: () => ComponentChildren;
}

/** One of several views of a thing; the arrow keys go from one to the next. */
export function Tabs({
  label,
  tabs,
  chosen,
  choose,
}: {
  label: string;
  tabs: readonly Tab[];
  chosen: string;
  choose: (key: string) => void;
}) {
  const id = useId();
  const bar = useRef<HTMLDivElement>(null);
  useCutEnds(bar);
  const at = Math.max(
    0,
    tabs.findIndex((tab) => tab.key === chosen),
  );
  const go = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step === undefined ? undefined : tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    choose(next.key);
    document.getElementById(`${id}-${next.key}`)?.focus();
  };
  return (
    <div class="flex min-w-0 flex-col gap-4">
      <div
        ref={bar}
        role="tablist"
        aria-label={label}
        class="cut-ends -mx-4 flex scroll-px-10 gap-5 overflow-x-auto border-line border-b px-4 md:mx-0 md:px-0"
        onKeyDown={go}
      >
        {tabs.map((tab, place) => (
          <button
            key={tab.key}
            id={`${id}-${tab.key}`}
            type="button"
            role="tab"
            aria-selected={place === at}
            aria-controls={`${id}-panel`}
            tabIndex={place === at ? 0 : -1}
            class="-mb-px whitespace-nowrap border-transparent border-b-2 pt-1 pb-2 text-ink-soft text-sm hover:text-ink focus-visible:-outline-offset-2 aria-selected:border-accent aria-selected:font-medium aria-selected:text-ink"
            onClick={() => choose(tab.key)}
          >
            {tab.title}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${tabs[at]?.key}`} class="min-w-0">
        {tabs[at]?.panel()}
      </div>
    </div>
  );
}
