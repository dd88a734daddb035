import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useCutEnds } from "./cut-ends";

export interface Section {
  path: string;
  title: string;
}

/** The parts of a place, each with an address of its own. */
export function Sections({ label, sections }: { label: string; sections: readonly Section[] }) {
  const { path } = useLocation();
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const here = bar.current?.querySelector("[aria-current=page]");
    here?.scrollIntoView?.({ block: "nearest", inline: "center" });
  }, [path]);
  useCutEnds(bar);
  const isHere = (own: string) => path === own || (own !== sections[0]?.path && path.startsWith(`${own}/`));
  return (
    <nav
      ref={bar}
      aria-label={label}
      class="cut-ends -mx-4 scroll-px-10 overflow-x-auto border-line border-b px-4 md:mx-0 md:px-0"
    >
      <ul class="flex w-max gap-4 pr-4 md:pr-0 2xl:gap-5">
        {sections.map((each) => (
          <li key={each.path}>
            <a
              href={each.path}
              aria-current={isHere(each.path) ? "page" : undefined}
              class="-mb-px block whitespace-nowrap border-transparent border-b-2 pt-1 pb-2 text-ink-soft text-sm hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink"
            >
              {each.title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
