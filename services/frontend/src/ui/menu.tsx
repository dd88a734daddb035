import { ChevronDown, type IconNode } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button";
import { Icon } from "./icon";

export interface MenuItem {
  label: string;
  href?: string;
  /** The file is saved, not opened. */
  download?: boolean;
  run?: () => void;
}

/** A button with a few more things to do under it. */
export function Menu({ label, icon, items }: { label: string; icon?: IconNode; items: readonly MenuItem[] }) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    root.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const outside = (event: Event) => !root.current?.contains(event.target as Node) && setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [isOpen]);
  const go = (event: KeyboardEvent) => {
    const all = [...(root.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (event.key === "ArrowDown") all[(at + 1) % all.length]?.focus();
    else if (event.key === "ArrowUp") all[(at - 1 + all.length) % all.length]?.focus();
    else if (event.key === "Escape") {
      setOpen(false);
      root.current?.querySelector<HTMLElement>("button")?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const own = "block w-full rounded-lg px-3 py-1.5 text-left text-sm hover:bg-sunken focus:bg-sunken";
  return (
    <div ref={root} class="relative" {...(isOpen ? { onKeyDown: go } : {})}>
      <Button
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        {...(icon ? { icon } : {})}
      >
        {label}
        <Icon of={ChevronDown} size={14} class="text-ink-faint" />
      </Button>
      {isOpen && (
        <div
          role="menu"
          aria-label={label}
          class="absolute right-0 z-20 mt-1 min-w-44 rounded-xl border border-line bg-surface p-1 shadow-pop max-md:right-auto max-md:left-0"
        >
          {items.map((item) =>
            item.href ? (
              <a
                key={item.label}
                role="menuitem"
                href={item.href}
                target="_blank"
                rel="noreferrer"
                {...(item.download ? { download: "" } : {})}
                class={own}
                onClick={() => setOpen(false)}
              >
                {item.label}
              </a>
            ) : (
              <button
                key={item.label}
                type="button"
                role="menuitem"
                class={own}
                onClick={() => {
                  setOpen(false);
                  item.run?.();
                }}
              >
                {item.label}
              </button>
            ),
          )}
        </div>
      )}
    </div>
  );
}
