import { useLocation } from "preact-iso";

export interface Section {
  path: string;
  title: string;
}

/** The parts of a place, each with an address of its own. */
export function Sections({ label, sections }: { label: string; sections: readonly Section[] }) {
  const { path } = useLocation();
  return (
    <nav aria-label={label} class="-mx-4 overflow-x-auto border-line border-b px-4 md:mx-0 md:px-0">
      <ul class="flex gap-5">
        {sections.map((each) => (
          <li key={each.path}>
            <a
              href={each.path}
              aria-current={path === each.path ? "page" : undefined}
              class="-mb-px block whitespace-nowrap border-transparent border-b-2 pt-1 pb-2 text-ink-soft text-sm hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink"
            >
              {each.title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
